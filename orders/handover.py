"""Orders as files for the ERP, in the tables it exports itself."""

import csv
import io
import unicodedata
from pathlib import Path
from typing import Any

from django.utils import timezone

from portal.lib.csv import safe
from portal.lib.storage import beside

from .feed import events_after
from .models import CONCLUDED, Order, OrderLine
from .papers import ORDER, RESPONSE
from .papers import order_x as message

HEAD = ["AuftragsNr", "KdNr", "Datum", "Status", "BestellerEMail", "Bestellzeichen", "Kostenstelle", "Bemerkung"]
LINE_HEAD = ["AuftragsNr", "Pos", "ArtNr", "Bezeichnung", "Menge", "Einzelpreis", "MwSt", "Status", "Angaben",
             "Laufzeit", "Perioden"]  # fmt: skip
# The ERP's letters. "A": a part was offered to the customer; "T": accepted in part.
LETTERS: dict[str, str] = {
    Order.State.RECEIVED: "E",
    Order.State.OFFERED: "A",
    Order.State.ACCEPTED: "B",
    Order.State.PARTLY: "T",
    Order.State.FULFILLED: "F",
    Order.State.CANCELLED: "S",
}
# As the import reads them. Older exports said "B" of what was accepted in part.
STATES = {letter: str(state) for state, letter in LETTERS.items()}


def export_orders(folder: Path, *, after: int = 0, order_x: bool = False) -> tuple[int, int]:
    """Write the orders that changed after a cursor into a folder; returns (number of orders, cursor for the next time).

    CSV in Windows-1252 with semicolons and decimal commas, as the ERP writes it; what Windows-1252 cannot say becomes a
    question mark. Order-X holds the order as it was placed; where a part of it was accepted, the vendor's answer. Each
    file is written aside and renamed, so that the ERP never reads half of one. Raises OSError.
    """
    events = events_after(after).values_list("place", "order")
    seen = {place: order for place, order in events if place is not None}
    cursor = max(seen, default=after)
    found = Order.objects.filter(pk__in=set(seen.values()), state__in=LETTERS)
    rows = list(found.select_related("company", "ordered_by").prefetch_related("lines").order_by("placed_at", "number"))
    _write(folder / "auftraege.csv", HEAD, [_order(row) for row in rows])
    _write(folder / "auftragspositionen.csv", LINE_HEAD, [_line(row, line) for row in rows for line in row.lines.all()])
    if order_x:
        for row in rows:
            _put(folder / f"{row.number}.xml", message(row, RESPONSE if _is_answered(row) else ORDER))
    return len(rows), cursor


def _is_answered(row: Order) -> bool:
    """Whether the vendor's answer says more than the order: some lines were declined, and a contract stands."""
    return row.has_declined and row.state in CONCLUDED


def _order(row: Order) -> list[Any]:
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


def _line(row: Order, line: OrderLine) -> list[Any]:
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
        # Of a rent: the price is per seat and month, and it runs for so many periods of so many months.
        line.period_months or "",
        line.periods or "",
    ]


def _write(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    with beside(path, replace=True) as raw:
        file = io.TextIOWrapper(raw, encoding="cp1252", errors="replace", newline="")
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(head)
        # Composed: an ä of two signs would be a question mark.
        writer.writerows([unicodedata.normalize("NFC", safe(cell)) for cell in row] for row in rows)
        file.detach()


def _put(path: Path, content: bytes) -> None:
    with beside(path, replace=True) as file:
        file.write(content)
