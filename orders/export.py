import csv

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.csv import safe_row


class _Echo:
    def write(self, text):
        return text


def orders_as_csv(orders):
    """The orders as a CSV download that spreadsheets open without running anything."""
    head = [_("Number"), _("Date"), _("State"), _("Ordered by"), _("Your reference"), _("Net"), _("VAT"), _("Gross")]
    writer = csv.writer(_Echo(), delimiter=";")
    rows = (
        [o.number, f"{timezone.localtime(o.placed_at):%d.%m.%Y}", o.get_state_display(), o.orderer_name, o.reference]
        + [f"{amount:.2f}".replace(".", ",") for amount in (o.net, o.vat, o.gross)]
        for o in orders.iterator(chunk_size=500)
    )
    lines = [writer.writerow(head)]
    response = StreamingHttpResponse(_lines(lines, writer, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="bestellungen.csv"'
    return response


def _lines(head, writer, rows):
    # The mark tells Excel that this is UTF-8.
    yield "\ufeff"
    yield from head
    for row in rows:
        yield writer.writerow(safe_row(row))
