"""What a company has of the vendor's: each licence with what maintains it, where it is installed, until when supported.

"Mein Bestand" draws it along the years (axis.py), on the start page in short; its paper and staff's page of the
customer say the same.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, DateField, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Licence, Maintenance
from portal.lib.days import day_after, is_endless, today
from portal.lib.standing import Standing

from .installed import Place, places_of
from .models import InstalledVersion, Release

# So many days before its end a maintenance or rent is amber.
SOON = dt.timedelta(days=90)
# What ends later than this is told in months.
DAYS_TOLD = 90
# As many periods of one licence as anybody looks at.
PERIODS = 12
SHORT = 4


@dataclass(frozen=True)
class Care:
    """A period of maintenance. starts_on: None is with the licence; ends_on: None is without end."""

    kind: str
    starts_on: dt.date | None
    ends_on: dt.date | None

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()


@dataclass
class Holding:
    """A licence as the picture and the table show it.

    word: what runs, such as "SPV"; until: its last day, None without end; tone: "ok", "wait" (ends soon), "off" (over,
    or nothing runs), "info" (still to come). support: until when the newest version it covers gets security updates.
    """

    licence: Licence
    care: list[Care]
    word: str
    until: dt.date | None
    tone: str
    installed: list[Place] = field(default_factory=list)
    support: dt.date | None = None

    @property
    def is_rent(self) -> bool:
        return self.licence.kind == Licence.Kind.RENTED

    @property
    def has_care(self) -> bool:
        """Whether anything with an end was ever agreed: rent, or maintenance."""
        return self.is_rent or bool(self.care)

    @property
    def is_due(self) -> bool:
        """Whether the next step is to extend it."""
        return self.tone == "wait" or (self.tone == "off" and self.has_care)

    @property
    def next_step(self) -> str:
        """What the button says that leads on from here."""
        if self.is_rent:
            return _("Extend the rent")
        return _("Extend the maintenance") if self.tone == "wait" else _("Take out maintenance again")

    @property
    def told(self) -> str:
        """The drawing in a sentence."""
        said = [self.ends, self.left if self.has_care else ""]
        if self.support:
            said.append(_("support until %(day)s") % {"day": date_format(self.support, "d.m.Y")})
        return ", ".join(filter(None, said))

    @property
    def ends(self) -> str:
        """ "SPV until 31.12.2027", "SPV without end", "without maintenance"."""
        if not self.has_care:
            return _("without maintenance")
        if self.until is None:
            return _("%(what)s without end") % {"what": self.word}
        return _("%(what)s until %(day)s") % {"what": self.word, "day": date_format(self.until, "d.m.Y")}

    @property
    def left(self) -> str:
        """How long it still runs, or since when not, in words."""
        if not self.has_care:
            return _("without maintenance")
        if self.tone == "info":
            return _("still to come")
        if self.until is None:
            return _("without end")
        return _left((self.until - today()).days, self.until)


def _left(days: int, until: dt.date) -> str:
    if days < 0:
        return ngettext("ended %(count)d day ago", "ended %(count)d days ago", -days) % {"count": -days}
    if days <= DAYS_TOLD:
        return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    now = today()
    months = (until.year - now.year) * 12 + until.month - now.month - (until.day < now.day)
    return ngettext("%(count)d month left", "%(count)d months left", months) % {"count": months}


def licences_of(company: Any) -> QuerySet[Licence]:
    """A company's licences with product and periods of maintenance (care_rows), by product. One query."""
    return _with_care(Licence.objects.filter(company=company)).order_by("product__number", "number")


def _with_care(licences: Any) -> QuerySet[Licence]:
    periods = Maintenance.objects.filter(licence=OuterRef("pk")).order_by("-starts_on", "-pk")
    row = JSONObject(kind="kind", starts="starts_on", ends="ends_on")
    rows = licences.select_related("product").with_cover()
    return rows.annotate(care_rows=ArraySubquery(periods.values(told=row)[:PERIODS]))


def care_of(licence: Any) -> list[Care]:
    """The periods of maintenance of a licence out of licences_of, newest first."""
    return [Care(row["kind"], _read(row["starts"]), _read(row["ends"])) for row in licence.care_rows]


def _read(text: str | None) -> dt.date | None:
    """A day as PostgreSQL writes it into JSON; one past Python's calendar is no end."""
    if not text:
        return None
    day = dt.date.fromisoformat(text[:10])
    return None if is_endless(day) else day


def holding_of(licence: Any) -> Holding:
    """The Holding of a licence out of licences_of, without what is installed."""
    care = care_of(licence)
    if licence.kind == Licence.Kind.RENTED:
        until, began = (None if licence.is_endless else licence.ends_on), licence.starts_on
        word = _("Rent")
    elif care:
        best = _chain(care)
        word, until, began = best.kind, best.ends_on, best.starts_on or licence.starts_on
    else:
        return Holding(licence, [], "", None, "off")
    return Holding(licence, care, word, until, _tone(began, until))


def _tone(began: dt.date, until: dt.date | None) -> str:
    if began > today():
        return "info"
    if until is None:
        return "ok"
    if until < today():
        return "off"
    return "wait" if until <= today() + SOON else "ok"


def _chain(care: list[Care]) -> Care:
    """What runs today together with what follows it without a gap, as one period; else the one that ended last."""
    begun = [one for one in care if one.starts_on is None or one.starts_on <= today()]
    if not begun:
        return min(care, key=lambda one: one.starts_on or dt.date.min)
    best = max(begun, key=lambda one: one.ends_on or dt.date.max)
    for one in sorted(care, key=lambda one: one.starts_on or dt.date.min):
        follows = one.starts_on and best.ends_on and one.starts_on <= day_after(best.ends_on)
        if follows and best.ends_on and (one.ends_on or dt.date.max) > best.ends_on:
            best = Care(one.kind, best.starts_on, one.ends_on)
    return best


def holdings_of(company: Any, *, with_places: bool) -> list[Holding]:
    """All of a company's, by product. with_places: also what is installed where. Three queries at most."""
    found = [holding_of(licence) for licence in licences_of(company)]
    releases = _releases_of(company)
    rows = InstalledVersion.objects.filter(company=company).order_by("place") if with_places else []
    for holding in found:
        product = holding.licence.product_id
        holding.support = _supported(holding, releases[product])
        here = [{"pk": row.pk, "place": row.place, "version": row.version} for row in rows if row.product_id == product]
        holding.installed = places_of(here, releases[product])
    return found


def _releases_of(company: Any) -> dict[int, list[Release]]:
    """product id -> the versions the company sees, newest first. One query."""
    mine = Licence.objects.filter(company=company).values("product")
    seen = Release.objects.visible_to(company).filter(product__in=mine).newest_first()
    found: dict[int, list[Release]] = defaultdict(list)
    for release in seen.defer("notes", "withdrawn_reason"):
        found[release.product_id].append(release)
    return found


def _supported(holding: Holding, releases: list[Release]) -> dt.date | None:
    licence: Any = holding.licence
    covered = [one for one in releases if not one.withdrawn_on and one.released_on <= licence.covered_until]
    return next((one.supported_until for one in covered if one.supported_until), None)


def _soonest(company: int) -> QuerySet[Licence]:
    """The licences that run, what ends next first; what has no end, or ended already, after those."""
    endless = Value(dt.date.max, output_field=DateField())
    rows = _with_care(Licence.objects.filter(company=company).running())
    until = Case(When(kind=Licence.Kind.RENTED, then=Coalesce("ends_on", endless)), default=F("covered_until"))
    due = Case(When(Q(until__lt=today()), then=endless), default=F("until"))
    return rows.alias(until=until).alias(due=due).order_by("due", "product__number", "number")[: SHORT + 1]


# The start page asks this.
SOONEST = Standing(_soonest, company=int)


def short_of(company: Any) -> tuple[list[Holding], bool]:
    """(the few that end next, whether there are more). One query."""
    found = [holding_of(licence) for licence in SOONEST(company=company.pk)]
    return found[:SHORT], len(found) > SHORT
