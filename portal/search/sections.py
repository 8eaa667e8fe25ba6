"""What was found, kind by kind: each app's own, under the right of its tile, in one query each."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.hits import GROUP as PEOPLE
from contracts.hits import GROUP as DOCUMENTS
from downloads.hits import GROUP as PROGRAMS
from orders.hits import GROUP as ORDERS
from portal.lib.hits import SHOWN, Found, Group, Hit
from shop.hits import GROUP as ARTICLES

from .pages import GROUP as PAGES

GROUPS = [ARTICLES, ORDERS, DOCUMENTS, PEOPLE, PROGRAMS, PAGES]


@dataclass(frozen=True)
class Section:
    """The hits of one kind on the page."""

    group: Group
    found: Found

    @property
    def count(self) -> str:
        """ "6", or "50+" where there are more than were counted."""
        return f"{len(self.found.hits)}{'+' if self.found.is_more else ''}"

    @property
    def first(self) -> list[Hit]:
        """Those shown among other kinds."""
        return list(self.found.hits[:SHOWN])

    @property
    def has_more(self) -> bool:
        return len(self.found.hits) > SHOWN


@dataclass(frozen=True)
class Results:
    """sections: the kinds with hits, the one that fits best first."""

    sections: list[Section]

    @property
    def told(self) -> str:
        """How much was found, in words."""
        count = sum(len(section.found.hits) for section in self.sections)
        if any(section.found.is_more for section in self.sections):
            return _("More than %(count)d hits") % {"count": count}
        return ngettext("%(count)d hit", "%(count)d hits", count) % {"count": count} if count else _("No hits")

    def of(self, key: str) -> Section | None:
        """The section of one kind."""
        return next((section for section in self.sections if section.group.key == key), None)


def results_of(request: HttpRequest, typed: str) -> Results:
    """Everything the person may see at request.company with the words typed; nothing where none were typed."""
    groups = [group for group in GROUPS if group.opens_to(request.rights)] if typed else []
    sections = [Section(group, group.find(request, typed)) for group in groups]
    found = [section for section in sections if section.found.hits]
    return Results(sorted(found, key=lambda section: -section.found.weight(typed)))
