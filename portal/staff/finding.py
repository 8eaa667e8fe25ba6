"""One search over everything that staff are asked for on the telephone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Model, Prefetch, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Lower
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Membership
from accounts.models import Company, User
from contracts.models import Document, Licence
from orders.models import Order
from portal.lib.large import of_keys, together
from portal.lib.searching import SHORTEST, words_of
from shop.models import Article

# So many of each kind are shown; who needs more goes on in the table of that kind.
MOST = 8
# So many are sorted to find these.
LOOKED = 50
PREFIX = settings.BRAND["login_prefix"]


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
    kinds = [kind for kind in KINDS if words and user.has_perm(kind.needs)]
    found = _keys(kinds, words)
    groups = [kind.group(found[number], words, typed) for number, kind in enumerate(kinds) if number in found]
    return sorted(groups, key=lambda group: not any(hit.is_exact for hit in group.hits))


def _keys(kinds: list["Kind"], words: list[str]) -> dict[int, list[str]]:
    """Keys of what may be shown, by the place of its kind; one query for all kinds."""
    asked = [
        rows.order_by()
        .annotate(_kind=Value(number), _key=Cast(F("pk"), TextField()))
        .values_list("_kind", "_key")[:LOOKED]
        for number, kind in enumerate(kinds)
        for rows in kind.asked(words)
    ]
    found: dict[int, list[str]] = {}
    if asked:
        for number, key in asked[0].union(*asked[1:]):
            found.setdefault(number, []).append(key)
    return found


class Kind:
    """A table that is searched by number, in any case of letters, and by the beginning of it.

    page: where a hit leads; else to the row in its table. by: how hits that are not exact are sorted.
    """

    page = ""

    def __init__(self, title: str | Promise, model: type[Model], *shown: str, by: str = "number") -> None:
        self.title, self.model, self.shown, self.by = title, model, shown, by
        self.columns = [name.replace(".", "__").removeprefix("get_").removesuffix("_display") for name in shown]
        self.table = f"{model._meta.app_label}_{model._meta.model_name}"
        self.needs = f"{model._meta.app_label}.view_{model._meta.model_name}"

    def group(self, keys: list[str], words: list[str], typed: str) -> Group:
        typed_keys = [self.model._meta.pk.to_python(key) for key in keys]
        rows = sorted(of_keys(self.rows(), typed_keys), key=lambda row: str(getattr(row, self.by)).casefold())
        exact = self.exact(rows, words)
        hits = sorted((self._hit(row, row in exact) for row in rows), key=lambda hit: not hit.is_exact)
        return Group(self.title, hits[:MOST], reverse(f"admin:{self.table}_changelist", query={"q": typed}))

    def asked(self, words: list[str]) -> Iterator[QuerySet[Any]]:
        """Querysets that give what may be shown, each through an index."""
        number, every = "".join(words), self.model._default_manager
        spelt = {number, number.upper(), number.lower()}
        yield every.filter(number__in=spelt)
        if len(number) >= SHORTEST:
            begins: Iterable[Q] = (Q(number__startswith=one) for one in spelt)
            yield every.filter(Q.create([*begins], connector=Q.OR))

    def rows(self) -> QuerySet[Any]:
        """What a hit is made of."""
        rows = self.model._default_manager.only("number", *self.columns)
        return rows.select_related("company") if "company__name" in self.columns else rows

    def exact(self, rows: list[Any], words: list[str]) -> list[Any]:
        """Those of the rows that what was typed names."""
        number = "".join(words).casefold()
        return [row for row in rows if row.number.casefold() == number]

    def _hit(self, row: Any, is_exact: bool) -> Hit:
        about = " · ".join(str(value) for name in self.shown if (value := _value(row, name)))
        page = self.page or f"admin:{self.table}_change"
        return Hit(row.number, about, reverse(page, args=[row.pk]), is_exact)


class Companies(Kind):
    """By number in any spelling a customer may use, by name, by its mailbox."""

    page = "admin:customer"

    def asked(self, words: list[str]) -> Iterator[QuerySet[Any]]:
        if (alike := Company.objects.alike("".join(words), PREFIX)) is not None:
            yield alike
        yield from super().asked(words)
        if wanted := together(words, "name", "email"):
            yield Company.objects.filter(wanted)

    def exact(self, rows: list[Company], words: list[str]) -> list[Company]:
        meant = Company.objects.meant_among(rows, "".join(words), PREFIX)
        return [meant] if meant else super().exact(rows, words)


class People(Kind):
    """By address, first and last name; the companies stand beside them."""

    def asked(self, words: list[str]) -> Iterator[QuerySet[Any]]:
        if len(words) == 1:
            yield User.objects.alias(mail=Lower("email")).filter(mail=words[0].lower())
        if wanted := together(words, "email", "first_name", "last_name"):
            yield User.objects.filter(wanted)

    def rows(self) -> QuerySet[Any]:
        companies = Membership.objects.select_related("company").only("user_id", "company__name")
        return User.objects.prefetch_related(Prefetch("memberships", companies))

    def exact(self, rows: list[User], words: list[str]) -> list[User]:
        return [row for row in rows if (row.email or "") == words[0].lower()]

    def _hit(self, row: User, is_exact: bool) -> Hit:
        companies = [membership.company.name for membership in row.memberships.all()][:3]
        about = " · ".join(filter(None, [row.email, *companies]))
        return Hit(row.get_full_name() or row.username, about, reverse("admin:person", args=[row.pk]), is_exact)


def _value(row: Any, name: str) -> object:
    for part in name.split("."):
        row = getattr(row, part, None)
    return row() if callable(row) else row


KINDS = [
    Companies(_("Companies"), Company, "name", "city", by="name"),
    People(_("People"), User, by="last_name"),
    Kind(_("Orders"), Order, "company.name", "get_state_display"),
    Kind(_("Licences"), Licence, "company.name"),
    Kind(_("Documents"), Document, "title", "company.name"),
    Kind(_("Articles"), Article, "name"),
]
