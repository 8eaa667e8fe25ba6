"""Ordering by lines of "article number; quantity", for a rent "number; seats; months", out of a field or a file."""

import difflib
import re
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company
from portal.lib.erp import typed_rows

from .cart import Wanted
from .models import Article
from .models.cart import MAX_QUANTITY
from .quantities import quantity_refusal
from .rent import periods_in, periods_refusal
from .search import find, number_key

MOST_LINES = 200
# Guessing costs a look-up each; who has more wrong lines than these has the wrong list.
MOST_GUESSES = 10
MOST_WORD_GUESSES = 3
# What spreadsheets write above such columns; letters only, small.
NUMBER_WORDS = {
    "artnr", "artikelnr", "artikelnummer", "artikel", "artikelno", "bestellnr", "bestellnummer", "nr", "nummer",
    "articlenumber", "articleno", "article", "itemnumber", "itemno", "item", "number", "partnumber", "sku",
}  # fmt: skip
QUANTITY_WORDS = {
    "menge", "anzahl", "stück", "stk", "anzahlstück", "bestellmenge", "mengestück", "plätze", "arbeitsplätze",
    "quantity", "qty", "amount", "count", "pieces", "pcs", "seats",
}  # fmt: skip
DURATION_WORDS = {"monate", "laufzeit", "dauer", "mietdauer", "laufzeitmonate", "months", "duration", "term", "period"}
MONTHS = re.compile(r"(\d{1,4})\s*(?:mon(?:at|ate|aten|ths?)?|m)?\.?", re.ASCII | re.IGNORECASE)


@dataclass
class Entry:
    """One line as it was typed, and what it means. place counts from 1; error is a sentence or "".

    text: the line as it is shown; line: as it was typed. The last one may stand for all lines that are too many.
    """

    place: int
    text: str
    line: str
    number: str
    typed: list[str] = field(default_factory=list)
    # The third column: for a rent, for how many months.
    third: str = ""
    quantity: int = 1
    periods: int | None = None
    error: str = ""
    article: Article | None = None
    suggestions: list[Article] = field(default_factory=list)

    @property
    def has_digits(self) -> bool:
        """Whether a digit stands in the first two columns, as above none of the columns of a heading."""
        return bool(re.search(r"\d", self.number + "".join(self.typed)))

    @property
    def wanted(self) -> Wanted:
        """For shop.cart.put_many."""
        assert self.article is not None  # noqa: S101 - asked of good entries only
        return Wanted(self.article, self.quantity, self.periods)


def read_lines(company: Company, text: str) -> list[Entry]:
    """An Entry for each line that says something, but a heading. Three queries, a few more where numbers are wrong."""
    rows = [_entry(*row) for row in typed_rows(text)]
    _find_articles(company, rows[: MOST_LINES + 2])
    entries = _without_headings(rows)
    rest = entries[MOST_LINES:]
    del entries[MOST_LINES:]
    for entry in entries:
        entry.error = entry.error or _refusal(entry)
    _suggest(company, [entry for entry in entries if entry.article is None and entry.number and not entry.suggestions])
    return [*entries, *_too_many(rest)]


def _too_many(rest: list[Entry]) -> list[Entry]:
    """One Entry for all lines that are too many, so that they can be kept."""
    if not rest:
        return []
    words = {"most": MOST_LINES, "count": len(rest)}
    told = ngettext(
        "At most %(most)d lines at once; %(count)d is left over.",
        "At most %(most)d lines at once; %(count)d are left over.",
        len(rest),
    )
    first = rest[0]
    lines = "\n".join(entry.line for entry in rest)
    return [Entry(first.place, first.text, lines, first.number, error=told % words)]


def _entry(place: int, line: str, cells: list[str], reason: str) -> Entry:
    shown = " ".join(line.split())[:200]
    entry = Entry(place, shown, line, " ".join(cells[0].split()), typed=cells[1:2], third="".join(cells[2:3]))
    if reason:
        entry.error = _("The line cannot be read: %(reason)s.") % {"reason": _(reason)}
    elif len(cells) > 1 and cells[1]:
        if re.fullmatch(r"\d{1,9}", cells[1], re.ASCII):
            entry.quantity = int(cells[1])
        else:
            entry.error = _("“%(quantity)s” is not a whole number.") % {"quantity": cells[1][:20]}
    return entry


def _without_headings(rows: list[Entry]) -> list[Entry]:
    """The rows but for headings; below one that calls the third column something else, it is not read as months."""
    entries, reads_months = [], True
    # A line with nothing below it heads nothing.
    may_head = len(rows) > 1
    for row in rows:
        if may_head and row.article is None and _is_heading(row, is_first=row is rows[0]):
            reads_months = _word(row.third) in DURATION_WORDS | {""}
            continue
        row.third = row.third if reads_months else ""
        entries.append(row)
    return entries


def _is_heading(entry: Entry, *, is_first: bool) -> bool:
    """Whether a line that names no article says what stands in the columns."""
    number, quantity = _word(entry.number), _word("".join(entry.typed))
    if not is_first:
        # That of a file, below lines that were typed.
        return number in NUMBER_WORDS and quantity in QUANTITY_WORDS
    return not entry.has_digits and (number in NUMBER_WORDS or quantity in QUANTITY_WORDS)


def _word(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def key_of(number: str) -> str:
    """As the database's shop_number_key does it."""
    return number_key(number)


def _find_articles(company: Company, entries: list[Entry]) -> None:
    ways = {entry.place: _ways(entry) for entry in entries}
    written = {number for some in ways.values() for number, _quantity in some}
    wanted = Q(number__in=written) | Q(number_key__in={key for number in written if (key := key_of(number))})
    found: dict[str, list[Article]] = {}
    for article in Article.objects.fitting(company).with_seats(company).with_prices(company).filter(wanted):
        found.setdefault(article.number_key, []).append(article)
    for entry in entries:
        for number, quantity in ways[entry.place]:
            _take(entry, number, quantity, found.get(key_of(number), []))


def _take(entry: Entry, number: str, quantity: int, articles: list[Article]) -> None:
    """The article written just so, else the only one meant; of several none is taken, they are suggested."""
    exact = [article for article in articles if article.number == number]
    some = exact or (articles if key_of(number) else [])
    if entry.article is None and len(some) == 1:
        entry.article, entry.quantity, entry.suggestions = some[0], quantity, []
    elif entry.article is None and some:
        entry.suggestions = some[:3]


def _ways(entry: Entry) -> list[tuple[str, int]]:
    """How a line can be read: "TSA K 10014" is a number, "TSA-K10014 3" a number and a quantity."""
    ways = [(entry.number, entry.quantity)]
    first, _blank, last = entry.number.rpartition(" ")
    if first and not any(entry.typed) and re.fullmatch(r"\d{1,9}", last, re.ASCII):
        ways.append((first, int(last)))
    return ways


def _refusal(entry: Entry) -> str:
    article = entry.article
    if article is None:
        return _("There is no article “%(number)s” that fits your licences.") % {"number": entry.number[:60]}
    refusal = quantity_refusal(article, min(entry.quantity, MAX_QUANTITY + 1))
    return refusal or _read_months(entry, article)


def _read_months(entry: Entry, article: Article) -> str:
    """Take the third column of a rent as its months; returns why it cannot run so long, or ""."""
    if not article.is_rent or not re.match(r"[-+]?\d", entry.third):
        return ""
    months = MONTHS.fullmatch(entry.third)
    if months is None:
        return _("“%(text)s” is not a whole number of months.") % {"text": entry.third[:20]}
    entry.periods = periods_in(article, int(months[1]))
    return periods_refusal(article, entry.periods)


def _suggest(company: Company, wrong: list[Entry]) -> None:
    with_digits = [entry for entry in wrong if re.search(r"\d", entry.number)][:MOST_GUESSES]
    wanted = Q(pk=None)
    for entry in with_digits:
        key = key_of(entry.number)
        wanted |= Q(number_key__startswith=key[: max(3, len(key) - 3)])
    near = {}
    if with_digits:
        near = {a.number_key: a for a in Article.objects.fitting(company).filter(wanted).order_by("number")[:500]}
    for entry in with_digits:
        keys = difflib.get_close_matches(key_of(entry.number), near, n=2, cutoff=0.7)
        entry.suggestions = [near[key] for key in keys]
    for entry in [entry for entry in wrong if entry not in with_digits][:MOST_WORD_GUESSES]:
        entry.suggestions = list(find(Article.objects.fitting(company), entry.number)[0][:2])
