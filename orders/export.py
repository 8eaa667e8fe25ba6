from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.csv import table_response

from .models import Order


def orders_as_table(request, orders):
    """The orders as a download, CSV or XLSX, that spreadsheets open without running anything."""
    head = [_("Number"), _("Date"), _("State"), _("Ordered by"), _("Your reference"), _("Net"), _("VAT"), _("Gross"),
            _("Once, net"), _("Monthly, net")]  # fmt: skip
    rows = (
        [
            order.number,
            f"{timezone.localtime(order.placed_at):%d.%m.%Y}",
            order.get_state_display(),
            order.orderer_name,
            order.reference,
            order.net,
            order.vat,
            order.gross,
            *_by_term(order),
        ]
        for order in orders.prefetch_related("lines").iterator(chunk_size=500)
    )
    return table_response(request, "bestellungen", head, rows)


def _by_term(order: Order) -> tuple[Decimal, Decimal]:
    """Euro net of what is paid once, and of all rents per month."""
    sums = order.ordered_sums
    return order.net - sums.rent, sums.monthly
