"""What days do to access: reminders, ends, unanswered requests, reviews. Runs hourly; a second run does nothing."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.days import in_months, today
from portal.lib.each import each, steps
from portal.lib.sweeping import sweeps

from .acting import Actor
from .asking import escalate
from .ending import delete_membership
from .models import AccessEvent, AccessRequest, Membership, MembershipRight
from .reviews import open_review
from .switches import end_rights as end_rights_of
from .terms import expire
from .terms import remind as remind_of

log = logging.getLogger("portal.access")


@app.periodic(cron="7 * * * *")
@app.task(queue="cron", queueing_lock="access_by_date", name="access_by_date")
@sweeps("access_by_date", "access.Membership", "access.MembershipRight", "access.Invitation", "access.AccessEvent")
def access_by_date(timestamp: int) -> None:
    run()


def run() -> None:
    """Everything that is due, each row by itself: one that fails holds nobody else up."""
    steps(note_expired, end_rights, remind, pass_on_requests, forget_invited, open_reviews, forget_old_lines)


def _due(queryset: QuerySet[Membership], work: Callable[[Membership, Actor], None]) -> None:
    """work(membership, actor) for each that is still due under the lock on its company."""

    @wraps(work)
    def locked(membership: Membership) -> None:
        actor = Actor.portal(membership.company_id).enter()
        due = queryset.select_related(None).filter(pk=membership.pk)
        if due.exists():
            work(actor.locked([membership.pk])[membership.pk], actor)

    each(queryset.only("pk", "company_id"), locked)


def note_expired() -> None:
    """The day after an end date: the log says so, the person is told, what hung on the access ends."""
    over = Membership.objects.filter(ends_on__lt=today()).exclude(accepted_at=None)
    _due(over.filter(Q(expired_for=None) | ~Q(expired_for=F("ends_on"))), expire)


def end_rights() -> None:
    """A right that was given until a day goes after it."""
    over = MembershipRight.objects.filter(content_object=OuterRef("pk"), ends_on__lt=today())
    _due(Membership.objects.filter(Exists(over)), _end_rights)


def _end_rights(membership: Membership, actor: Actor) -> None:
    end_rights_of(membership)


def remind() -> None:
    """Two weeks before an end date (settings.ACCESS), once: the person and those who can renew it."""
    soon = today() + timedelta(days=settings.ACCESS["reminder_days"])
    ending = Membership.objects.open().filter(ends_on__lte=soon)
    _due(ending.filter(Q(reminded_for=None) | ~Q(reminded_for=F("ends_on"))), _remind)


def _remind(membership: Membership, actor: Actor) -> None:
    remind_of(membership)


def pass_on_requests() -> None:
    """A request that nobody has answered in two weeks falls to the vendor."""
    before = timezone.now() - timedelta(days=settings.ACCESS["request_days"])
    waiting = AccessRequest.objects.filter(answered_at=None, escalated_at=None, created_at__lt=before)

    def pass_on(request: AccessRequest) -> None:
        Actor.portal(request.membership.company_id).enter()
        if waiting.filter(pk=request.pk).exists():
            escalate(request)

    each(waiting.select_related("membership__company", "membership__user"), pass_on)


def forget_invited() -> None:
    """Data of somebody who never accepted go some weeks after the last link has died (Art. 17 DSGVO)."""
    before = timezone.now() - timedelta(days=settings.ACCESS["forget_invited_days"])
    _due(
        Membership.objects.filter(accepted_at=None, created_at__lt=before)
        .alias(last_link=Max("invitations__expires_at"))
        .filter(Q(last_link=None) | Q(last_link__lt=before)),
        delete_membership,
    )


def open_reviews() -> None:
    """Companies whose last review, or whose first colleague, is a year old (settings.ACCESS) are asked again."""
    months = settings.ACCESS["review_months"]
    if not months:
        return
    since = _months_ago(months)
    colleagues = Membership.objects.filter(company=OuterRef("pk"), is_holder=False, accepted_at__lt=since)
    companies = apps.get_model("accounts.Company").objects.filter(Exists(colleagues), is_blocked=False)
    recent = Q(closed_at=None) | Q(closed_at__gte=since)
    reviews = apps.get_model("access.AccessReview").objects.filter(recent, company=OuterRef("pk"))
    each(companies.exclude(Exists(reviews)).only("pk"), _open_review)


def _open_review(company: Any) -> None:
    open_review(Actor.portal(company.pk).enter())


def _months_ago(months: int) -> datetime:
    return timezone.make_aware(datetime.combine(in_months(today(), -months), datetime.min.time()))


def forget_old_lines() -> int:
    """Lines of the log go after their full calendar years; returns how many went."""
    first_kept = timezone.make_aware(datetime(today().year - settings.ACCESS["log_years"], 1, 1))
    oldest = AccessEvent.objects.order_by("pk").first()
    if oldest is None or oldest.at >= first_kept:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker's own role may not take lines away.
        cursor.execute("select access_forget_lines(%s)", [first_kept])
        (gone,) = cursor.fetchone()
    log.info("%d lines of the access log went at the end of their retention", gone)
    return gone
