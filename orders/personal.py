from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "orders",
        _("orders you placed"),
        "orders.Order",
        "ordered_by",
        (
            "number",
            "company__number",
            "orderer_name",
            "placed_at",
            "state",
            "note",
        ),
        keeps=_("Orders with the name of who placed them, for eight calendar years (§ 147 AO, § 257 HGB)."),
    ),
    Personal(
        "order_steps",
        _("your steps in orders"),
        "orders.OrderEvent",
        "by",
        ("order__number", "state", "at", "reason"),
        keeps=_("Part of the orders, and kept as long as they are."),
    ),
]
KEPT_BACK = {"orders.Order.placed_by": "the order stands under who ordered; the vendor's staff placed it for them"}
