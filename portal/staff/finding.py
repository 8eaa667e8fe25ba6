"""One search over everything that staff are asked for on the telephone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from contracts.models import Document, Licence
from orders.models import Order
from portal.lib.searching import SHORTEST, any_field, found_first, words_of
from shop.models import Article

# So many of each kind are shown; who needs more goes on in the table of that kind.
MOST = 8


@dataclass(frozen=True)
class Hit:
    """A row that was found; is_exact: what was typed is its number or address."""

    title: str
    about: str
    url: str
    is_exact: bool


@dataclass(frozen=True)
class Group:
    """The hits of one kind, exact ones first; more: the table with the same search."""

    title: str | Promise
    hits: list[Hit]
    more: str


def find(user: User | AnonymousUser, typed: str) -> list[Group]:
    """What was found in the tables this person may look at; kinds with an exact hit first."""
    words = words_of(typed)
    if not words:
        return []
    groups = [group for kind in KINDS if user.has_perm(kind.needs) and (group := kind.group(words, typed))]
    return sorted(groups, key=lambda group: not any(hit.is_exact for hit in group.hits))


class Kind:
    """A table that is searched by number, in any case of letters, and by the beginning of it.

    page: where a hit leads; else to the row in its table.
    """

    page = ""

    def __init__(self, title: str | Promise, model: type[Model], *shown: str, field: str = "number") -> None:
        self.title, self.model, self.shown, self.field = title, model, shown, field
        self.table = f"{model._meta.app_label}_{model._meta.model_name}"
        self.needs = f"{model._meta.app_label}.view_{model._meta.model_name}"

    def group(self, words: list[str], typed: str) -> Group | None:
        found = {row.pk: row for row in self.rows(words)}
        hits = [self._hit(row, words) for row in found.values()]
        if not hits:
            return None
        hits.sort(key=lambda hit: not hit.is_exact)
        return Group(self.title, hits[:MOST], reverse(f"admin:{self.table}_changelist", query={"q": typed}))

    def rows(self, words: list[str]) -> Iterator[Any]:
        number = "".join(words)
        spelt = {number, number.upper(), number.lower()}
        yield from self._all().filter(**{f"{self.field}__in": spelt})[:MOST]
        if len(number) >= SHORTEST:
            begins = (Q(**{f"{self.field}__startswith": one}) for one in spelt)
            yield from self._all().filter(Q.create(list(begins), connector=Q.OR)).order_by(self.field)[:MOST]

    def _all(self) -> QuerySet:
        related = [field.name for field in self.model._meta.fields if field.name == "company"]
        rows = self.model._default_manager.all()
        return rows.select_related(*related) if related else rows

    def _hit(self, row: Any, words: list[str]) -> Hit:
        number = str(getattr(row, self.field))
        about = " · ".join(str(value) for name in self.shown if (value := _value(row, name)))
        is_exact = number.casefold() == "".join(words).casefold()
        page = self.page or f"admin:{self.table}_change"
        return Hit(number, about, reverse(page, args=[row.pk]), is_exact)


class Companies(Kind):
    """By number in any spelling a customer may use, by name, by its mailbox."""

    page = "admin:customer"

    def rows(self, words: list[str]) -> Iterator[Company]:
        if meant := Company.objects.by_login_name("".join(words), settings.BRAND["login_prefix"]):
            self.meant = meant.pk
            yield meant
        yield from super().rows(words)
        if wanted := _parts(words, "name", "email"):
            yield from found_first(self._all(), wanted).order_by("name")[:MOST]

    def _hit(self, row: Company, words: list[str]) -> Hit:
        hit = super()._hit(row, words)
        company = Company.objects.bare_number("".join(words), settings.BRAND["login_prefix"])
        is_meant = bool(company) and row.number.lstrip("0").casefold() == company.lstrip("0")
        return Hit(hit.title, hit.about, hit.url, hit.is_exact or is_meant)


class People(Kind):
    """By address, first and last name; the companies stand beside them."""

    def rows(self, words: list[str]) -> Iterator[User]:
        if len(words) == 1:
            yield from self._all().alias(mail=Lower("email")).filter(mail=words[0].lower())
        if wanted := _parts(words, "email", "first_name", "last_name"):
            yield from found_first(self._all(), wanted).order_by("last_name", "first_name")[:MOST]

    def _all(self) -> QuerySet:
        return User.objects.prefetch_related("memberships__company")

    def _hit(self, row: User, words: list[str]) -> Hit:
        companies = [membership.company.name for membership in row.memberships.all()][:3]
        about = " · ".join(filter(None, [row.email, *companies]))
        url = reverse("admin:person", args=[row.pk])
        return Hit(row.get_full_name() or row.username, about, url, (row.email or "") == words[0].lower())


def _parts(words: list[str], *fields: str) -> Q | None:
    """Rows in which each word stands in one of the fields; None where the words are too short for an index."""
    if max(map(len, words)) < SHORTEST:
        return None
    wanted = Q()
    for word in words:
        wanted &= any_field(word, *fields)
    return wanted


def _value(row: Any, name: str) -> object:
    for part in name.split("."):
        row = getattr(row, part, None)
    return row() if callable(row) else row


KINDS = [
    Companies(_("Companies"), Company, "name", "city"),
    People(_("People"), User, field="username"),
    Kind(_("Orders"), Order, "company.name", "get_state_display"),
    Kind(_("Licences"), Licence, "company.name"),
    Kind(_("Documents"), Document, "title", "company.name"),
    Kind(_("Articles"), Article, "name"),
]
