"""What days do to access: reminders, ends, unanswered requests, reviews. Runs hourly; a second run does nothing."""

import logging
from datetime import datetime, timedelta
from functools import wraps

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.days import in_months, today
from portal.lib.each import each, steps

from . import mails
from .asking import escalate
from .ending import close, delete_membership
from .log import Actor, Kind, act_as, note
from .models import AccessEvent, AccessRequest, Membership, MembershipRight
from .reviews import open_review
from .store import forget
from .switches import lock_company, save_version

log = logging.getLogger("portal.access")


@app.periodic(cron="7 * * * *")
@app.task(queue="cron", queueing_lock="access_by_date", name="access_by_date")
def access_by_date(timestamp):
    run()


def run():
    """Everything that is due, each row by itself: one that fails holds nobody else up."""
    steps(note_expired, end_rights, remind, pass_on_requests, forget_invited, open_reviews, forget_old_lines)


def _due(queryset, work):
    """work(membership) for each that is still due under the lock on its company."""

    @wraps(work)
    def locked(membership):
        company = lock_company(membership.company_id)
        act_as(kind=Actor.PORTAL)
        row = queryset.select_related(None).select_related("user").filter(pk=membership.pk).first()
        if row is not None:
            row.company = company
            work(row)

    each(queryset.only("pk", "company_id"), locked)


def note_expired():
    """The day after an end date: the log says so, the person is told, what hung on the access ends."""
    over = Membership.objects.filter(ends_on__lt=today()).exclude(accepted_at=None)
    _due(over.filter(Q(expired_for=None) | ~Q(expired_for=F("ends_on"))), _expire)


def _expire(membership):
    membership.expired_for = membership.ends_on
    membership.save(update_fields=["expired_for"])
    note(Kind.EXPIRED, membership.company, membership, to=membership.ends_on.isoformat())
    close(membership, by=None)
    mails.mail_expired(membership)


def end_rights():
    """A right that was given until a day goes after it."""
    over = MembershipRight.objects.filter(content_object=OuterRef("pk"), ends_on__lt=today())
    _due(Membership.objects.filter(Exists(over)), _end_rights)


def _end_rights(membership):
    over = membership.rights.filter(ends_on__lt=today())
    ended = set(over.values_list("permission__codename", flat=True))
    over.delete()
    forget(membership)
    save_version(membership)
    mails.mail_right_over(membership, ended)


def remind():
    """Two weeks before an end date (settings.ACCESS), once: the person and those who can renew it."""
    soon = today() + timedelta(days=settings.ACCESS["reminder_days"])
    ending = Membership.objects.open().filter(ends_on__lte=soon)
    _due(ending.filter(Q(reminded_for=None) | ~Q(reminded_for=F("ends_on"))), _remind)


def _remind(membership):
    membership.reminded_for = membership.ends_on
    membership.save(update_fields=["reminded_for"])
    mails.mail_reminder(membership)


def pass_on_requests():
    """A request that nobody has answered in two weeks falls to the vendor."""
    before = timezone.now() - timedelta(days=settings.ACCESS["request_days"])
    waiting = AccessRequest.objects.filter(answered_at=None, escalated_at=None, created_at__lt=before)

    def pass_on(request):
        lock_company(request.membership.company_id)
        if waiting.filter(pk=request.pk).exists():
            escalate(request)

    each(waiting.select_related("membership__company", "membership__user"), pass_on)


def forget_invited():
    """Data of somebody who never accepted go some weeks after the last link has died (Art. 17 DSGVO)."""
    before = timezone.now() - timedelta(days=settings.ACCESS["forget_invited_days"])
    _due(
        Membership.objects.filter(accepted_at=None, created_at__lt=before)
        .alias(last_link=Max("invitations__expires_at"))
        .filter(Q(last_link=None) | Q(last_link__lt=before)),
        delete_membership,
    )


def open_reviews():
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


def _open_review(company):
    open_review(lock_company(company.pk))


def _months_ago(months):
    return timezone.make_aware(datetime.combine(in_months(today(), -months), datetime.min.time()))


def forget_old_lines():
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
