from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.csv import table_response

from .models import Order


def orders_as_table(request, orders):
    """The orders as a download, CSV or XLSX, that spreadsheets open without running anything.

    Net, VAT and gross are what counts, without declined lines; then what was ordered, and what of that is paid once and
    by the month.
    """
    head = [
        _("Number"), _("Date"), _("State"), _("Ordered by"), _("Your reference"), _("Net"), _("VAT"), _("Gross"),
        _("Ordered, net"), _("Once, net"), _("Monthly, net"),
    ]  # fmt: skip
    rows = (
        [
            order.number,
            f"{timezone.localtime(order.placed_at):%d.%m.%Y}",
            order.state_told,
            order.orderer_name,
            order.reference,
            order.counted_net,
            order.counted_vat,
            order.counted_gross,
            order.net,
            *_by_term(order),
        ]
        for order in orders.prefetch_related("lines").iterator(chunk_size=500)
    )
    return table_response(request, "bestellungen", head, rows)


def _by_term(order: Order) -> tuple[Decimal, Decimal]:
    """Euro net of what is paid once, and of all rents per month, without declined lines."""
    sums = order.valid_sums
    return sums.once, sums.monthly
