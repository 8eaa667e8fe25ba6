"""All sections of a day, each only for whom its right allows."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.history import access_began, access_on
from access.rights import Right
from accounts.models import Company, User
from contracts.models import Document, Licence, Maintenance, Product, Terms
from portal.lib.tags import last_day

from .rewinding import began, end_of, row_then, rows_then

ADDRESS = ("name", "name_extra", "street", "postal_code", "city", "country")
# Papers that regulate something; orders and invoices are counted.
CONTRACTS = [Document.Kind.AVV, Document.Kind.SPV, Document.Kind.UPV, Document.Kind.TERMS]


@dataclass(frozen=True)
class Line:
    """One thing of a section: what it is, more about it, and how it stood."""

    title: str
    detail: str = ""
    state: str = ""


@dataclass
class Day:
    """A company at the end of a day. A section is None for who may not see it; began: where its log begins later."""

    day: dt.date
    address: list[str] | None = None
    licences: list[Line] | None = None
    documents: list[Line] | None = None
    terms: list[Line] | None = None
    people: list[Line] | None = None
    is_closed: bool = False
    other_papers: int = 0
    rows_began: dt.date | None = None
    people_began: dt.date | None = None
    rights: list[str] = field(default_factory=list)

    @property
    def has_rows(self) -> bool:
        """Whether the history reaches back to the day."""
        return self.rows_began is not None and self.day >= self.rows_began

    @property
    def has_people(self) -> bool:
        return self.people_began is not None and self.day >= self.people_began


def day_of(company: Company, day: dt.date, rights: Collection[str]) -> Day:
    """What stood at the end of a day, as far as somebody with these rights may see it."""
    moment = end_of(day)
    stood = Day(day, rows_began=began(), people_began=access_began(), rights=sorted(rights))
    if stood.has_rows:
        stood.address = _address(company, moment)
    if Right.CONTRACTS in rights:
        stood.licences = _licences(company, day, moment) if stood.has_rows else []
        stood.documents, stood.other_papers = _documents(company, day, moment)
        stood.terms = _terms(company, day, moment)
    if Right.ACCESS in rights:
        stood.people, stood.is_closed = _people(company, day) if stood.has_people else ([], False)
    return stood


def _address(company: Company, moment: dt.datetime) -> list[str]:
    then = row_then(company, moment)
    return Company(**{name: then.get(name) or "" for name in ADDRESS}).address_lines if then else []


def _licences(company: Company, day: dt.date, moment: dt.datetime) -> list[Line]:
    mine = Licence.objects.filter(company=company)
    rows = rows_then(mine, moment, owner="company_id", owners=[company.pk])
    ids = [row["id"] for row in rows]
    care = rows_then(Maintenance.objects.filter(licence__in=ids), moment, owner="licence_id", owners=ids)
    names = dict(Product.objects.filter(pk__in={row["product_id"] for row in rows}).values_list("pk", "name"))
    lines = [_licence(row, names, [one for one in care if one["licence_id"] == row["id"]], day) for row in rows]
    return sorted(lines, key=lambda line: (line.title, line.detail))


def _licence(row: dict[str, Any], names: dict[int, str], care: list[dict[str, Any]], day: dt.date) -> Line:
    kind, seats = Licence.Kind(row["kind"]).label, row.get("seats") or 1
    words = {"number": row["number"], "kind": kind, "seats": seats, "day": _day(row["starts_on"])}
    detail = _("%(number)s, %(kind)s, seats: %(seats)s, since %(day)s") % words
    if row["kind"] == Licence.Kind.RENTED:
        state = _("Rent until %(day)s") % {"day": last_day(row.get("ends_on"))}
    else:
        state = ", ".join(_period(one) for one in care if _runs(one, day)) or _("without maintenance")
    if row["starts_on"] > day:
        state = _("still to come")
    elif row.get("ends_on") and row["ends_on"] < day:
        state = _("ended on %(day)s") % {"day": _day(row["ends_on"])}
    return Line(names.get(row["product_id"], ""), detail, state)


def _runs(period: dict[str, Any], day: dt.date) -> bool:
    starts, ends = period.get("starts_on"), period.get("ends_on")
    return (starts is None or starts <= day) and (ends is None or ends >= day)


def _period(period: dict[str, Any]) -> str:
    return _("%(what)s until %(day)s") % {"what": period.get("kind") or "SPV", "day": last_day(period.get("ends_on"))}


def _documents(company: Company, day: dt.date, moment: dt.datetime) -> tuple[list[Line], int]:
    """(contracts in force on the day, how many other papers there were)."""
    # The version of that day: filed by then, or the first one where all were filed later.
    by_then = Q(filed_at__lt=moment) | Q(version=1)
    not_replaced = Q(replaced_by=None) | Q(replaced_by__filed_at__gte=moment)
    not_recalled = Q(recalled_at=None) | (Q(recalled_at__gte=moment) & ~Q(recall=Document.Recall.WRONG_COMPANY))
    there = company.documents.dated(day).filter(by_then, not_replaced, not_recalled, deleted_at=None)
    found = there.filter(kind__in=CONTRACTS).order_by("kind", "-dated_on", "-pk")
    lines = [Line(row.title, f"{row.number}, {_day(row.dated_on)}", row.get_kind_display()) for row in found[:200]]
    return lines, there.exclude(kind__in=CONTRACTS).count()


def _terms(company: Company, day: dt.date, moment: dt.datetime) -> list[Line]:
    concluded = company.acceptances.filter(is_conclusion=True, accepted_at__lt=moment).select_related("user")
    by_terms = {row.terms_id: row for row in concluded}
    newest: dict[str, Terms] = {}
    for terms in Terms.objects.in_force(day):
        newest.setdefault(terms.kind, terms)
    return [_term(terms, by_terms.get(terms.pk)) for terms in newest.values()]


def _term(terms: Terms, acceptance: Any) -> Line:
    since = _("valid from %(day)s") % {"day": _day(terms.valid_from)}
    if acceptance is None:
        return Line(terms.title, since)
    on = _day(timezone.localdate(acceptance.accepted_at))
    if is_erased(acceptance.user):
        return Line(terms.title, since, _("concluded on %(day)s") % {"day": on})
    words = {"day": on, "name": acceptance.signer_name}
    return Line(terms.title, since, _("concluded on %(day)s by %(name)s") % words)


def _people(company: Company, day: dt.date) -> tuple[list[Line], bool]:
    stood = access_on(company, day)
    users = User.objects.in_bulk([one.person for one, _may in stood.people])
    lines = []
    for one, may in stood.people:
        user = users.get(one.person)
        name = one.name if user is not None and not is_erased(user) else _("a person deleted since")
        held = _("licence holder") if one.is_holder else ", ".join(str(right.label) for right in may)
        until = _("access until %(day)s") % {"day": _day(one.until)} if one.until else ""
        lines.append(Line(name, held, until))
    return lines, stood.is_blocked


def is_erased(user: Any) -> bool:
    """Whether an account was emptied because the law keeps what refers to it."""
    return not user.is_active and user.email is None and not user.first_name


def _day(day: dt.date) -> str:
    return date_format(day, "d.m.Y")
