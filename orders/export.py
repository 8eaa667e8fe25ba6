from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.csv import table_response


def orders_as_table(request, orders):
    """The orders as a download, CSV or XLSX, that spreadsheets open without running anything.

    Net, VAT and gross are what counts, without declined lines; what was ordered stands in the last column.
    """
    head = [
        _("Number"), _("Date"), _("State"), _("Ordered by"), _("Your reference"), _("Net"), _("VAT"), _("Gross"),
        _("Ordered, net"),
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
        ]
        for order in orders.iterator(chunk_size=500)
    )
    return table_response(request, "bestellungen", head, rows)
