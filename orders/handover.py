"""Orders as files for the ERP, in the tables it exports itself."""

import csv
import io

from django.utils import timezone

from portal.lib.csv import safe
from portal.lib.storage import beside

from .feed import events_after
from .models import Order
from .papers import ORDER
from .papers import order_x as message

HEAD = ["AuftragsNr", "KdNr", "Datum", "Status", "BestellerEMail", "Bestellzeichen", "Kostenstelle", "Bemerkung"]
LINE_HEAD = ["AuftragsNr", "Pos", "ArtNr", "Bezeichnung", "Menge", "Einzelpreis", "MwSt", "Status", "Angaben"]
# The ERP's letters; a partly accepted order counts as accepted, its declined lines say so themselves.
LETTERS = {
    Order.State.RECEIVED: "E",
    Order.State.ACCEPTED: "B",
    Order.State.PARTLY: "B",
    Order.State.FULFILLED: "F",
    Order.State.CANCELLED: "S",
}


def export_orders(folder, *, after=0, order_x=False):
    """Write the orders that changed after a cursor into a folder; returns (number of orders, cursor for the next time).

    CSV in Windows-1252 with semicolons and decimal commas, as the ERP writes it; what Windows-1252 cannot say becomes a
    question mark. Each file is written aside and renamed, so that the ERP never reads half of one. Raises OSError.
    """
    seen = dict(events_after(after).values_list("place", "order"))
    cursor = max(seen, default=after)
    rows = Order.objects.filter(pk__in=set(seen.values()), state__in=LETTERS)
    rows = list(rows.select_related("company", "ordered_by").prefetch_related("lines").order_by("placed_at", "number"))
    _write(folder / "auftraege.csv", HEAD, [_order(row) for row in rows])
    _write(folder / "auftragspositionen.csv", LINE_HEAD, [_line(row, line) for row in rows for line in row.lines.all()])
    if order_x:
        for row in rows:
            _put(folder / f"{row.number}.xml", message(row, ORDER))
    return len(rows), cursor


def _order(row):
    email = row.ordered_by.email if row.ordered_by else ""
    day = f"{timezone.localtime(row.placed_at):%d.%m.%Y}"
    return [
        row.number,
        row.company.number,
        day,
        LETTERS[row.state],
        email,
        row.reference,
        row.cost_center,
        " ".join(row.note.split()),
    ]


def _line(row, line):
    return [
        row.number,
        line.position,
        line.article_number,
        line.name,
        line.quantity,
        f"{line.unit_price:.2f}".replace(".", ","),
        f"{line.vat_rate:.1f}".replace(".", ","),
        line.state,
        " ".join(line.details.split()),
    ]


def _write(path, head, rows):
    with beside(path, replace=True) as raw:
        file = io.TextIOWrapper(raw, encoding="cp1252", errors="replace", newline="")
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(head)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        file.detach()


def _put(path, content):
    with beside(path, replace=True) as file:
        file.write(content)
