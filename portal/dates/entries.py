"""What has a day, for one person at one company: only what their rights open, in three queries."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import Membership, MembershipRight, TakeOver
from access.rights import Right
from accounts.models import Company
from contracts.models import SubProcessorChange, Terms
from downloads.holdings import Holding, holdings_of
from portal.lib.days import today
from shop.models import Booking, TrainingDate

# What is over stays so long; nothing further away is told.
PAST, AHEAD = dt.timedelta(days=31), dt.timedelta(days=5 * 366)
MOST = 100


@dataclass(frozen=True)
class Entry:
    """One date. key: the same for as long as the thing is the same, whatever becomes of its day.

    Either day, for the whole of it, or starts_at and ends_at. warns: so many days before, a calendar reminds.
    """

    key: str
    title: str
    day: dt.date | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    detail: str = ""
    path: str = ""
    warns: int = 14

    @property
    def on(self) -> dt.date:
        return self.day or timezone.localdate(self.starts_at)

    @property
    def is_over(self) -> bool:
        return self.on < today()


def entries_of(membership: Membership, rights: set[str]) -> list[Entry]:
    """The dates of a member with these rights, by day."""
    company = membership.company
    found = list(_of_rows(membership, rights))
    if Right.CONTRACTS in rights:
        for holding in holdings_of(company, with_places=False):
            found += _of_holding(holding, company.number)
    first, last = today() - PAST, today() + AHEAD
    return sorted((one for one in found if first <= one.on <= last), key=lambda one: (one.on, one.key))


def _of_holding(holding: Holding, number: str) -> list[Entry]:
    licence, path = holding.licence, reverse("holding_list", args=[number])
    words = {"product": str(licence.product), "what": holding.word}
    found = []
    if holding.has_care and holding.until:
        title = _("Rent ends: %(product)s") if holding.is_rent else _("Maintenance ends: %(product)s (%(what)s)")
        found.append(Entry(f"licence-{licence.pk}-end", title % words, holding.until, path=path, warns=30))
    if holding.support:
        title = _("Support ends: %(product)s") % words
        found.append(Entry(f"licence-{licence.pk}-support", title, holding.support, path=path, warns=60))
    return found


def _rows(rows: QuerySet[Any], **fields: str) -> ArraySubquery:
    return ArraySubquery(rows.order_by("pk").values(json=JSONObject(**fields))[:MOST])


def _of_rows(membership: Membership, rights: set[str]) -> Iterator[Entry]:
    """Everything but licences: one query."""
    asked = _asked(membership, rights)
    row = Company.objects.filter(pk=membership.company_id).values(**{f"f_{name}": rows for name, rows in asked.items()})
    found = row.get()
    for name in asked:
        for one in found[f"f_{name}"] or []:
            yield SAY[name](one, membership.company.number)


def _asked(membership: Membership, rights: set[str]) -> dict[str, Any]:
    company, since = membership.company_id, today() - PAST
    own = MembershipRight.objects.filter(content_object=membership.pk, user=membership.user_id, ends_on__gte=since)
    mine = Membership.objects.filter(pk=membership.pk, ends_on__isnull=False)
    person = {"first": "user__first_name", "last": "user__last_name"}
    asked = {
        "own_end": _rows(mine, pk="pk", day="ends_on"),
        "own_right": _rows(own, pk="pk", day="ends_on", right="permission__codename"),
    }
    if Right.ACCESS in rights:
        others = Membership.objects.filter(company=company, ends_on__gte=since).exclude(pk=membership.pk)
        others = others.exclude(accepted_at=None)
        waiting = TakeOver.objects.filter(company=company, state=TakeOver.State.WAITING)
        asked["end"] = _rows(others, pk="pk", day="ends_on", **person)
        asked["takeover"] = _rows(waiting, pk="pk", day="objection_until", name="name")
    if Right.SHOP in rights:
        seats = Booking.objects.taken().filter(company=company, date=OuterRef("pk"))
        booked = TrainingDate.objects.filter(Exists(seats), is_called_off=False, ends_at__gte=_at(since))
        training = {"title": "article__name", "place": "place", "cancel": "cancel_until"}
        asked["training"] = _rows(booked, pk="pk", start="starts_at", end="ends_at", **training)
    if membership.is_holder:
        changes = SubProcessorChange.objects.undecided_by(membership.company)
        told = SubProcessorChange.objects.filter(pk__in=changes.told(membership.company))
        asked["objection"] = _rows(told, pk="pk", day="objection_until", firm="processor__name")
        asked["avv"] = _rows(Terms.objects.avv_missing_at(membership.company), pk="pk", day="valid_from")
    return asked


def _at(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _own_end(row: Any, number: str) -> Entry:
    return Entry(
        f"access-{row['pk']}", _("Your access ends"), parse_date(row["day"]), path=reverse("start", args=[number])
    )


def _own_right(row: Any, number: str) -> Entry:
    title = _("Your permission ends: %(right)s") % {"right": Right(row["right"]).label}
    return Entry(f"right-{row['pk']}", title, parse_date(row["day"]), path=reverse("start", args=[number]))


def _end(row: Any, number: str) -> Entry:
    title = _("Access ends: %(name)s") % {"name": f"{row['first']} {row['last']}".strip()}
    path = reverse("membership_edit", args=[number, row["pk"]])
    return Entry(f"access-{row['pk']}", title, parse_date(row["day"]), path=path)


def _takeover(row: Any, number: str) -> Entry:
    title = _("Last day to object to the take-over of the role by %(name)s") % row
    return Entry(
        f"takeover-{row['pk']}", title, parse_date(row["day"]), path=reverse("takeover", args=[number]), warns=3
    )


def _training(row: Any, number: str) -> Entry:
    starts, ends = parse_datetime(row["start"]), parse_datetime(row["end"])
    cancel = date_format(parse_date(row["cancel"]) or today(), "d.m.Y")
    detail = _("%(place)s. Cancellation is possible until %(day)s.") % {"place": row["place"], "day": cancel}
    title = _("Training: %(title)s") % row
    path = reverse("training_list", args=[number])
    return Entry(f"training-{row['pk']}", title, None, starts, ends, detail, path, warns=7)


def _objection(row: Any, number: str) -> Entry:
    title = _("Last day to object to the sub-processor %(firm)s") % row
    path = reverse("subprocessor_list", args=[number])
    return Entry(f"processor-{row['pk']}", title, parse_date(row["day"]), path=path)


def _avv(row: Any, number: str) -> Entry:
    title = _("Data processing agreement (AVV): to be concluded")
    return Entry(f"avv-{row['pk']}", title, parse_date(row["day"]), path=reverse("avv", args=[number]), warns=1)


SAY = {
    "own_end": _own_end, "own_right": _own_right, "end": _end, "takeover": _takeover, "training": _training,
    "objection": _objection, "avv": _avv,
}  # fmt: skip
