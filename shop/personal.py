from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "carts",
        _("articles in your carts"),
        "shop.CartLine",
        "cart__user",
        ("cart__company__number", "article__number", "quantity", "periods", "added_at"),
    ),
    Personal(
        "shopping_lists",
        _("your own shopping lists"),
        "shop.ShoppingList",
        "owner",
        ("company__number", "name", "lines__article__number", "lines__quantity"),
        only={"is_shared": False},
        is_extra=True,
    ),
    Personal(
        "shared_lists",
        _("shopping lists you share"),
        "shop.ShoppingList",
        "owner",
        ("company__number", "name", "lines__article__number", "lines__quantity"),
        only={"is_shared": True},
        keeps=_("Your colleagues go on using them; without your name."),
    ),
    Personal(
        "bookings",
        _("trainings you booked"),
        "shop.Booking",
        "booked_by",
        ("company__number", "date__article__name", "date__starts_at", "booked_at", "released_at"),
        keeps=_("Part of the company's orders, for eight calendar years (§ 147 AO)."),
    ),
]
KEPT_BACK = {
    "shop.Booking.released_by": "the booking stands under who booked it",
    "shop.Cart.user": "its lines are shown",
    "shop.VatCheck.checked_by": "the vendor's staff",
}
