"""What an accepted line delivers, and how exactly that is taken back. Within the caller's transaction."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from contracts.models import Licence, Maintenance
from portal.lib.days import ENDLESS, day_after, is_endless, last_day, today
from shop.models import Article
from shop.trainings import release_order

from .given_time import GivenTime
from .models import Grant, OrderLine

Kind, State, Waits = Article.Kind, OrderLine.State, OrderLine.Waits
# Kinds that promise something the portal gives. A flat rate does so where its article names a product to maintain.
PROMISES = {Kind.SOFTWARE, Kind.RENT, Kind.TRAINING}


def deliver(line: OrderLine) -> None:
    """Deliver an accepted line as far as the portal can: licences, rent, maintenance, seats that are booked already.

    What people have to do, such as an hour of service, stays accepted until staff mark it done. So does what promises
    something that the portal cannot give; then the line says why it waits for staff.
    """
    if not is_promised(line):
        return
    line.waits_for = give(line)
    if line.waits_for:
        line.save(update_fields=["waits_for"])
    else:
        _done(line)


def is_promised(line: OrderLine) -> bool:
    """Whether the portal itself delivers such a line, or people do."""
    return line.kind in PROMISES or bool(line.kind == Kind.FLAT and line.article and line.article.grants_id)


def mark_done(line: OrderLine) -> None:
    """Staff say that it is done. What it promised and could not give is given now, where that has become possible."""
    if line.waits_for:
        give(line)
    _done(line)


def _done(line: OrderLine) -> None:
    line.state, line.done_at, line.waits_for = State.DONE, timezone.now(), ""
    line.save(update_fields=["state", "done_at", "waits_for"])


def give(line: OrderLine) -> str:
    """Give what a line promises. Returns "", or why it cannot be given (OrderLine.Waits)."""
    if line.kind == Kind.TRAINING:
        return "" if line.training_date_id else Waits.DATE
    if line.article is None:
        return Waits.ARTICLE
    if not line.article.grants_id:
        return Waits.PRODUCT
    return GIVERS[line.kind](line, line.article)


def _issue(line: OrderLine, article: Any, *, months: int = 0, **more: Any) -> Licence:
    licence = Licence.objects.create(
        number=f"L-{line.order.number}-{line.position}",
        company=line.order.company,
        product=article.grants,
        seats=line.quantity,
        **more,
    )
    _note(line, Grant.Kind.ISSUED, licence, months, None, licence.ends_on)
    return licence


def _software(line: OrderLine, article: Article) -> str:
    """A licence for good; where the article names a period, maintenance that long with it."""
    licence = _issue(line, article, kind=Licence.Kind.BOUGHT)
    if article.period_months:
        licence.maintenance.create(starts_on=today(), ends_on=last_day(today(), article.period_months))
    return ""


def _rent(line: OrderLine, article: Article) -> str:
    """More time on the licence the same article gave before, while it runs with as many seats; else a new one."""
    months = line.months or article.months
    given_before = Grant.objects.filter(line__article=article, taken_back_at=None).values("licence")
    running = Licence.objects.select_for_update().running().filter(pk__in=given_before, company=line.order.company)
    # What runs for ever cannot run longer.
    licence = running.filter(seats=line.quantity, ends_on__lt=ENDLESS).order_by("-ends_on").first()
    if licence is None:
        _issue(line, article, months=months, kind=Licence.Kind.RENTED, ends_on=last_day(today(), months))
    else:
        before, after = _lengthen(licence, grants_of(licence), months)
        _note(line, Grant.Kind.EXTENDED, licence, months, before, after)
    return ""


def _maintain(line: OrderLine, article: Article) -> str:
    """A flat rate that names a product: maintenance of the company's licence of it, from its end or today.

    Ordered several times at once it runs so many times as long, unless the quantity is seats.
    """
    months = article.months * (1 if article.is_per_seat else line.quantity)
    bought = Licence.objects.select_for_update().running().filter(company=line.order.company, product=article.grants)
    licence = bought.filter(kind=Licence.Kind.BOUGHT).order_by("starts_on", "pk").first()
    if licence is None:
        return Waits.LICENCE
    periods = licence.maintenance.select_for_update().running()
    if periods.endless().exists():
        return Waits.ENDLESS
    newest = periods.order_by("-ends_on").first()
    if newest:
        before, after = _lengthen(newest, grants_of(newest), months)
    else:
        before, after = None, last_day(today(), months)
        newest = licence.maintenance.create(starts_on=today(), ends_on=after)
    _note(line, Grant.Kind.MAINTAINED, licence, months, before, after, maintenance=newest)
    return ""


def _lengthen(holder: Any, grants: QuerySet[Grant], months: int) -> tuple[dt.date, dt.date]:
    """Of a licence or maintenance that ends: (its last day before, its last day now)."""
    before = holder.ends_on
    holder.ends_on = GivenTime.of(grants, holder.starts_on, before).with_more(months)
    holder.save(update_fields=["ends_on"])
    return before, holder.ends_on


def _note(
    line: OrderLine,
    kind: str,
    licence: Licence,
    months: int,
    before: dt.date | None,
    after: dt.date | None,
    **more: Any,
) -> None:
    Grant.objects.create(
        line=line,
        kind=kind,
        licence=licence,
        licence_number=licence.number,
        months=months,
        ends_before=before,
        ends_after=after,
        **more,
    )


# By kind: gives, and returns "" or why it could not.
GIVERS: dict[str, Callable[[OrderLine, Article], str]] = {
    Kind.SOFTWARE: _software,
    Kind.RENT: _rent,
    Kind.FLAT: _maintain,
}


def grants_of(holder: Licence | Maintenance) -> QuerySet[Grant]:
    """The time that orders gave on a licence or a maintenance and that stands, the newest first; held by the caller."""
    standing = Grant.objects.select_for_update().filter(taken_back_at=None).order_by("-pk")
    if isinstance(holder, Maintenance):
        return standing.filter(maintenance=holder)
    return standing.filter(licence=holder).exclude(kind=Grant.Kind.MAINTAINED)


def take_back(line: OrderLine, *, by: User | None) -> None:
    """Take back exactly what the line gave; what others gave on top stays."""
    for grant in line.grants.select_for_update().filter(taken_back_at=None).order_by("-pk"):
        _take(grant)
        Grant.objects.filter(pk=grant.pk).update(taken_back_at=timezone.now())
    if line.training_date_id:
        release_order(line.order.company, line.order.number, by=by, date=line.training_date)
    if line.waits_for:
        line.waits_for = ""
        line.save(update_fields=["waits_for"])


def _take(grant: Grant) -> None:
    holder = grant.maintenance if grant.kind == Grant.Kind.MAINTAINED else grant.licence
    if holder is None:
        return
    grants = list(grants_of(holder))
    is_last_one = grants == [grant] and grant.ends_before is None
    if is_last_one and (grant.kind == Grant.Kind.ISSUED or holder.ends_on == grant.ends_after):
        # The grant keeps the number; a licence that was never owed is nobody's history.
        holder.delete()
    elif holder.ends_on == grant.ends_after or not is_endless(holder.ends_on):
        _shorten(holder, grants, grant)


def _shorten(holder: Any, grants: list[Grant], grant: Grant) -> None:
    """Only this grant's months go; what was given later, or moved by somebody else, stays."""
    given = GivenTime.of(grants, holder.starts_on, holder.ends_on)
    if grant in given.grants:
        holder.ends_on = given.without(grant).end or grant.ends_before
    elif holder.ends_on == grant.ends_after and grant.ends_before:
        holder.ends_on = grant.ends_before
    else:
        shorter = last_day(day_after(holder.ends_on), -grant.months)
        holder.ends_on = max(shorter, holder.starts_on or shorter)
    holder.save(update_fields=["ends_on"])
