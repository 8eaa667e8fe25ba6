from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.csv import csv_response


def orders_as_csv(orders):
    """The orders as a CSV download that spreadsheets open without running anything."""
    head = [_("Number"), _("Date"), _("State"), _("Ordered by"), _("Your reference"), _("Net"), _("VAT"), _("Gross")]
    rows = (
        [o.number, f"{timezone.localtime(o.placed_at):%d.%m.%Y}", o.get_state_display(), o.orderer_name, o.reference]
        + [f"{amount:.2f}".replace(".", ",") for amount in (o.net, o.vat, o.gross)]
        for o in orders.iterator(chunk_size=500)
    )
    return csv_response("bestellungen.csv", head, rows)
