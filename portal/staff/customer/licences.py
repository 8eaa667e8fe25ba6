"""Licences and maintenance, as a list and along the years."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.models import Company
from contracts.models import Licence, Maintenance
from portal.lib.days import is_endless, today

from .head import SOON
from .page import StaffRequest, customer_page, page_of

# The axis begins with last year and is so many years long; widths are in thousandths of it.
YEARS = 5
WIDE = 1000


@dataclass(frozen=True)
class Care:
    """A period of maintenance. ends_on: None is without end."""

    kind: str
    starts_on: date | None
    ends_on: date | None

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()


@dataclass(frozen=True)
class Bar:
    """A licence along the years. start, width: of what runs; late: of the amber end; word, day: what ends and when."""

    licence: Any
    start: int
    width: int
    late: int
    word: str
    day: date | None
    tone: str


def licences_of(company: Company) -> QuerySet[Licence]:
    """The licences with product and periods of maintenance (care_rows), running ones first. One query."""
    periods = Maintenance.objects.filter(licence=OuterRef("pk")).order_by("-starts_on", "-pk")
    row = JSONObject(kind="kind", starts="starts_on", ends="ends_on")
    rows = Licence.objects.filter(company=company).select_related("product").with_cover()
    return rows.annotate(care_rows=ArraySubquery(periods.values(told=row)[:5])).order_by("product__number", "number")


def care_of(licence: Any) -> list[Care]:
    """The periods of maintenance of a licence out of licences_of, newest first."""
    return [Care(row["kind"], _read(row["starts"]), _read(row["ends"])) for row in licence.care_rows]


def _read(text: str | None) -> date | None:
    """A day as PostgreSQL writes it into JSON; one past Python's calendar is no end."""
    if not text:
        return None
    day = date.fromisoformat(text[:10])
    return None if is_endless(day) else day


@customer_page("customer_licences")
def licences(request: StaffRequest, company: Company) -> dict[str, Any]:
    page = page_of(request, licences_of(company))
    for licence in page.rows:
        licence.care = care_of(licence)
    return {"page": page, **timeline(page.rows)}


def timeline(licences: Any) -> dict[str, Any]:
    """What the drawing needs: the years, today's place on them, a Bar for each licence."""
    first = date(today().year - 1, 1, 1)
    years = [first.year + number for number in range(YEARS)]
    last = date(years[-1], 12, 31)
    axis = _Axis(first, (last - first).days)
    return {"years": years, "now": axis.place(today()), "bars": [_bar(licence, axis) for licence in licences]}


@dataclass(frozen=True)
class _Axis:
    first: date
    days: int

    def place(self, day: date | None) -> int:
        """Thousandths from the left; days outside stand at its ends, no day at its right end."""
        if day is None:
            return WIDE
        return min(max(round(WIDE * (day - self.first).days / self.days), 0), WIDE)


def _bar(licence: Any, axis: _Axis) -> Bar:
    word, day, tone = _end(licence)
    start, end = axis.place(licence.starts_on), axis.place(day)
    late = min(end - axis.place(today()), end - start) if tone == "wait" else 0
    return Bar(licence, start, max(end - start, 0), max(late, 0), word, day, tone)


def _end(licence: Any) -> tuple[str, date | None, str]:
    """What runs until when, in words, and how urgent that is."""
    if licence.kind == Licence.Kind.RENTED:
        return _judge(_("Rent"), None if licence.is_endless else licence.ends_on)
    care = [one for one in care_of(licence) if one.starts_on is None or one.starts_on <= today()]
    if not care:
        return _("without maintenance"), licence.starts_on, "off"
    best = max(care, key=lambda one: one.ends_on or date.max)
    return _judge(best.kind, best.ends_on)


def _judge(word: str, day: date | None) -> tuple[str, date | None, str]:
    if day is None:
        return word, None, "ok"
    if day < today():
        return word, day, "off"
    return word, day, "wait" if day <= today() + SOON else "ok"
