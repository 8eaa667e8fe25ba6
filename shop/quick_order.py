"""Ordering by lines of "article number; quantity", typed, pasted or out of a spreadsheet's CSV."""

import difflib
import re
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.lib.erp import typed_rows

from .models import Article
from .models.cart import MAX_QUANTITY
from .quantities import quantity_refusal
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
    "menge", "anzahl", "stück", "stk", "anzahlstück", "bestellmenge", "mengestück",
    "quantity", "qty", "amount", "count", "pieces", "pcs",
}  # fmt: skip


@dataclass
class Entry:
    """One line as it was typed, and what it means. place counts from 1; error is a sentence or ""."""

    place: int
    text: str
    number: str
    typed: list = field(default_factory=list)
    quantity: int = 1
    error: str = ""
    article: Article | None = None
    suggestions: list = field(default_factory=list)

    @property
    def has_quantity(self):
        """Whether a number stands in the second column."""
        return bool(re.search(r"\d", "".join(self.typed)))


def read_lines(company, text):
    """An Entry for each line that says something, but a heading. Three queries, a few more where numbers are wrong."""
    entries = [_entry(*row) for row in typed_rows(text)]
    _find_articles(company, entries[: MOST_LINES + 2])
    entries = [entry for entry in entries if entry.article or not _is_heading(entry, is_first=entry is entries[0])]
    for entry in entries[MOST_LINES:]:
        entry.error = _("At most %(most)d lines at once.") % {"most": MOST_LINES}
    entries = entries[: MOST_LINES + 1]
    _suggest(company, [entry for entry in entries if entry.article is None and entry.number and not entry.suggestions])
    return entries


def _entry(place, line, cells, reason):
    entry = Entry(place, " ".join(line.split())[:200], " ".join(cells[0].split()), typed=cells[1:2])
    if reason:
        entry.error = _("The line cannot be read: %(reason)s.") % {"reason": _(reason)}
    elif len(cells) > 1 and cells[1]:
        if re.fullmatch(r"\d{1,9}", cells[1], re.ASCII):
            entry.quantity = int(cells[1])
        else:
            entry.error = _("“%(quantity)s” is not a whole number.") % {"quantity": cells[1][:20]}
    return entry


def _is_heading(entry, *, is_first):
    """Whether a line that names no article says what stands in the columns."""
    number, quantity = _word(entry.number), _word("".join(entry.typed))
    if not is_first:
        # That of a file, below lines that were typed.
        return number in NUMBER_WORDS and quantity in QUANTITY_WORDS
    return not entry.has_quantity and (number in NUMBER_WORDS or quantity in QUANTITY_WORDS)


def _word(text):
    return re.sub(r"[\W_]", "", text).lower()


def key_of(number):
    """As the database's shop_number_key does it."""
    return number_key(number)


def _find_articles(company, entries):
    ways = {entry.place: _ways(entry) for entry in entries}
    written = {number for some in ways.values() for number, _quantity in some}
    wanted = Q(number__in=written) | Q(number_key__in={key for number in written if (key := key_of(number))})
    found = {}
    for article in Article.objects.fitting(company).with_seats(company).with_prices(company).filter(wanted):
        found.setdefault(article.number_key, []).append(article)
    for entry in entries:
        for number, quantity in ways[entry.place]:
            _take(entry, number, quantity, found.get(key_of(number), []))
        if not entry.error:
            entry.error = _refusal(entry)


def _take(entry, number, quantity, articles):
    """The article written just so, else the only one meant; of several none is taken, they are suggested."""
    exact = [article for article in articles if article.number == number]
    some = exact or (articles if key_of(number) else [])
    if entry.article is None and len(some) == 1:
        entry.article, entry.quantity, entry.suggestions = some[0], quantity, []
    elif entry.article is None and some:
        entry.suggestions = some[:3]


def _ways(entry):
    """How a line can be read: "TSA K 10014" is a number, "TSA-K10014 3" a number and a quantity."""
    ways = [(entry.number, entry.quantity)]
    first, _blank, last = entry.number.rpartition(" ")
    if first and not any(entry.typed) and re.fullmatch(r"\d{1,9}", last, re.ASCII):
        ways.append((first, int(last)))
    return ways


def _refusal(entry):
    if entry.article is None:
        return _("There is no article “%(number)s” that fits your licences.") % {"number": entry.number[:60]}
    return quantity_refusal(entry.article, min(entry.quantity, MAX_QUANTITY + 1))


def _suggest(company, wrong):
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
