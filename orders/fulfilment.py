"""What an accepted line delivers, and how exactly that is taken back. Within the caller's transaction."""

from datetime import timedelta

from django.utils import timezone

from contracts.models import Licence, Maintenance
from portal.lib.days import in_months, today
from shop.models import Article
from shop.trainings import release_order

from .models import Grant, OrderLine

Kind, State = Article.Kind, OrderLine.State
# Rent without a stated period runs this long.
USUAL_MONTHS = 12


def deliver(line):
    """Deliver an accepted line as far as the portal can: licences, rent, maintenance, seats that are booked already.

    What people have to do, such as an hour of service, stays accepted until staff mark it done.
    """
    article = line.article
    if article and article.grants_id and line.kind in GIVERS:
        GIVERS[line.kind](line, article)
    elif line.kind not in (Kind.SOFTWARE, Kind.RENT, Kind.TRAINING):
        return
    mark_done(line)


def mark_done(line):
    line.state, line.done_at = State.DONE, timezone.now()
    line.save(update_fields=["state", "done_at"])


def _issue(line, article, **more):
    licence = Licence.objects.create(
        number=f"L-{line.order.number}-{line.position}",
        company=line.order.company,
        product=article.grants,
        seats=line.quantity,
        **more,
    )
    Grant.objects.create(
        line=line, kind=Grant.Kind.ISSUED, licence=licence, licence_number=licence.number, ends_after=licence.ends_on
    )
    return licence


def _software(line, article):
    """A licence for good; where the article names a period, maintenance that long with it."""
    licence = _issue(line, article, kind=Licence.Kind.BOUGHT)
    if article.period_months:
        Maintenance.objects.create(
            licence=licence, starts_on=today(), ends_on=_last_day(today(), article.period_months)
        )


def _rent(line, article):
    """More time on the licence the same article gave before, while it runs with as many seats; else a new one."""
    months = article.period_months or USUAL_MONTHS
    running = (
        Licence.objects.select_for_update()
        .running()
        .filter(
            pk__in=Grant.objects.filter(line__article=article, taken_back_at=None).values("licence"),
            company=line.order.company,
            seats=line.quantity,
            ends_on__isnull=False,
        )
    )
    licence = running.order_by("-ends_on").first()
    if licence is None:
        _issue(line, article, kind=Licence.Kind.RENTED, ends_on=_last_day(today(), months))
        return
    before, after = licence.ends_on, in_months(licence.ends_on, months)
    licence.ends_on = after
    licence.save(update_fields=["ends_on"])
    _note_longer(line, Grant.Kind.EXTENDED, licence, months, before, after)


def _maintain(line, article):
    """A flat rate that names product and period: maintenance of the company's licence of it, from its end or today."""
    months = article.period_months or USUAL_MONTHS
    bought = Licence.objects.select_for_update().running().filter(company=line.order.company, product=article.grants)
    licence = bought.filter(kind=Licence.Kind.BOUGHT).order_by("starts_on", "pk").first()
    if licence is None:
        return
    newest = licence.maintenance.running().exclude(ends_on=None).order_by("-ends_on").first()
    if newest:
        before, after = newest.ends_on, in_months(newest.ends_on, months)
        newest.ends_on = after
        newest.save(update_fields=["ends_on"])
    else:
        before, after = None, _last_day(today(), months)
        newest = licence.maintenance.create(starts_on=today(), ends_on=after)
    _note_longer(line, Grant.Kind.MAINTAINED, licence, months, before, after, maintenance=newest)


def _note_longer(line, kind, licence, months, before, after, **more):
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


def _last_day(day, months):
    return in_months(day, months) - timedelta(days=1)


GIVERS = {Kind.SOFTWARE: _software, Kind.RENT: _rent, Kind.FLAT: _maintain}


def take_back(line, *, by):
    """Take back exactly what the line gave; what others gave on top stays."""
    for grant in line.grants.select_for_update().filter(taken_back_at=None).order_by("-pk"):
        TAKERS[grant.kind](grant)
        Grant.objects.filter(pk=grant.pk).update(taken_back_at=timezone.now())
    if line.training_date_id:
        release_order(line.order.company, line.order.number, by=by, date=line.training_date)


def _take_issued(grant):
    # The grant keeps the number; a licence that was never owed is nobody's history.
    if grant.licence:
        grant.licence.delete()


def _take_time(holder, grant):
    if holder is None or holder.ends_on is None:
        return
    # Extended once more since: the later time stays, only this line's months go.
    holder.ends_on = (
        grant.ends_before if holder.ends_on == grant.ends_after else in_months(holder.ends_on, -grant.months)
    )
    holder.save(update_fields=["ends_on"])


def _take_maintenance(grant):
    if grant.maintenance and grant.ends_before is None and grant.maintenance.ends_on == grant.ends_after:
        grant.maintenance.delete()
    else:
        _take_time(grant.maintenance, grant)


TAKERS = {
    Grant.Kind.ISSUED: _take_issued,
    Grant.Kind.EXTENDED: lambda grant: _take_time(grant.licence, grant),
    Grant.Kind.MAINTAINED: _take_maintenance,
}
