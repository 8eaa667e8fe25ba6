"""What the one search finds. Each app says in its hits.py what of its own is found, and for whom."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from .marking import is_hit, joined, spelt

# More of a kind are not counted: who finds so many needs another word.
MOST = 50
# Of each kind on the page of all of them.
SHOWN = 5


@dataclass(frozen=True)
class Hit:
    """One thing found, as its line says it.

    title, number, about: as they are; what was found in them is marked when they are shown. snippet: what stands
    around the hit in a text, marked already; place: where that is, "Page 3". state: (tone, words). amount: euro net,
    per: for what. path: "" where there is nothing to open; buys: where a POST puts it into the cart, "" else.
    """

    title: str
    path: str = ""
    number: str = ""
    about: str = ""
    place: str = ""
    snippet: SafeString = SafeString("")
    state: tuple[str, str] | None = None
    amount: Decimal | None = None
    per: str = ""
    buys: str = ""


@dataclass(frozen=True)
class Found:
    """The hits of one kind, best first. terms: what counts as a hit, to mark it. is_more: not all were counted."""

    hits: Sequence[Hit]
    terms: str
    is_more: bool = False

    @classmethod
    def of(cls, rows: Iterable[Any], terms: str, line: Callable[[Any], Hit]) -> "Found":
        """Of at most MOST + 1 rows."""
        some = list(rows)
        return cls([line(row) for row in some[:MOST]], terms, len(some) > MOST)

    def weight(self, typed: str) -> int:
        """How well the best hit fits: 3 its number or its whole name, 2 its name has all words, 1 they are in it."""
        return max((weight_of(hit, typed) for hit in self.hits[:SHOWN]), default=0)


def weight_of(hit: Hit, typed: str) -> int:
    """How well a hit fits what was typed, as Found.weight tells it."""
    whole = joined(typed)
    if whole in (joined(hit.number), joined(hit.title)):
        return 3
    tokens = hit.title.split()
    return 2 if all(any(is_hit(token, [word]) for token in tokens) for word in spelt(typed)) else 1


@dataclass(frozen=True)
class Group:
    """One kind of things in the search. needs: the right that opens it, None for everybody at the company.

    find(request, typed) gives what the person may see of request.company, best first, in one query.
    """

    key: str
    title: str
    icon: str
    find: Callable[[HttpRequest, str], Found]
    needs: str | None = None

    def opens_to(self, rights: set[str]) -> bool:
        return not self.needs or self.needs in rights
