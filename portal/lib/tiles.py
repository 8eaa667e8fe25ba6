"""What a tile is. Each app says in its tile.py what stands on its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import IntegerField, Subquery
from django.http import HttpRequest


class CountOf(Subquery):
    """The number of rows of a queryset, as one column of another query. Slice the queryset to cap the counting."""

    template = "(SELECT count(*) FROM (%(subquery)s) _rows)"
    output_field = IntegerField()


def no_facts(request: HttpRequest) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Fact:
    """The live line on a tile. tone: "plain", "new" for what arrived, "wait" for what waits for the person."""

    text: str = ""
    tone: str = "plain"


def nothing_to_say(request: HttpRequest, row: Any) -> Fact:
    return Fact()


@dataclass(frozen=True)
class Tile:
    """One entry of the start page and of "Ihr Konto".

    needs: the Right that opens it, None for everybody; also: another that opens a part of it. facts(request) gives
    expressions that the start page reads for all tiles in a single query; say(request, row) turns them into a Fact.
    """

    key: str
    title: str
    text: str
    icon: str
    url_name: str
    needs: str | None = None
    also: str | None = None
    facts: Callable[[HttpRequest], dict[str, Any]] = field(default=no_facts)
    say: Callable[[HttpRequest, Any], Fact] = field(default=nothing_to_say)

    def opens_to(self, rights: set[str]) -> bool:
        """Whether somebody with these rights finds something behind it."""
        return not self.needs or self.needs in rights or self.also in rights
