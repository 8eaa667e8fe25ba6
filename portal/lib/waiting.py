"""What waits for a person: a line with its answers. Each app says in its waiting.py what it has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest

# More than are shown of one kind.
MOST = 6


def rows_of(queryset: QuerySet[Any], **fields: Any) -> ArraySubquery:
    """Some rows of a queryset as one column of another query: a list of dictionaries of the fields named."""
    return ArraySubquery(queryset.values(json=JSONObject(**fields))[:MOST])


@dataclass(frozen=True)
class Answer:
    """A button: leads to url, or posts value there as "decision". about: what a screen reader hears too."""

    label: str
    url: str
    value: str = ""
    is_post: bool = False
    about: str = ""


@dataclass(frozen=True)
class Waiting:
    """One line. rank: lower comes first; day: until when, in words; is_done: answered a moment ago, can be undone."""

    rank: int
    icon: str
    text: str
    detail: str = ""
    day: str = ""
    answers: tuple[Answer, ...] = ()
    is_done: bool = False

    @property
    def told(self) -> str:
        """The line as it stands in a mail: with its day in brackets, then what else there is to say."""
        return " ".join(filter(None, [self.text, self.day and f"({self.day})", self.detail]))


@dataclass(frozen=True)
class Waits:
    """What one app lets wait. facts and say as for tiles (portal.lib.tiles); both see only what the rights open."""

    facts: Callable[[HttpRequest], dict[str, Any]]
    say: Callable[[HttpRequest, Any], list[Waiting]]
