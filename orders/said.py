"""What an order comes to in words: its lines and totals as mails and papers print them, in the active language."""

from collections.abc import Iterable
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.tags import money, percent, span
from shop.prices import Sums

from .models import OrderLine


class Row(TypedDict):
    """A line of an order. what: its name; amount: euro net; how: quantity and price; when, who: of a training."""

    what: str
    amount: str
    how: str
    when: str
    who: str
    until: str


def rows_of(lines: Iterable[OrderLine]) -> list[Row]:
    return [_row(line) for line in lines]


def _row(line: OrderLine) -> Row:
    price = " ".join(filter(None, [money(line.unit_price), line.per]))
    parts = [line.article_number, f"{line.how_much} × {price}"]
    when, *names = line.details.splitlines() or [""]
    date = line.training_date
    last = date_format(date.cancel_until, "d.m.Y") if date and date.cancel_until else ""
    return {
        "what": line.name,
        "amount": money(line.net),
        "how": " · ".join(filter(None, parts)),
        "when": f"{span(date)}, {date.place}" if date else when,
        "who": ", ".join(names),
        "until": _("Until %(day)s you can change names and cancel free of charge.") % {"day": last} if last else "",
    }


def totals_of(sums: Sums) -> list[tuple[str, str]]:
    """[(what, euro)] as they stand under the lines; the last is what is to be paid."""
    return [
        *_by_term(sums),
        (_("Sum net"), money(sums.net)),
        *((f"{_('VAT')} {percent(rate)}", money(amount)) for rate, amount in sums.vat),
        (_("Total gross"), money(sums.gross)),
    ]


def _by_term(sums: Sums) -> list[tuple[str, str]]:
    """Where there is a rent: what is paid once and what by the month."""
    if not sums.monthly:
        return []
    return [
        (_("Once, net"), money(sums.once)),
        (_("Monthly, net"), money(sums.monthly)),
        (_("Rent for its whole duration, net"), money(sums.rent)),
    ]
