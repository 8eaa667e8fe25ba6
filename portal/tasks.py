import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy, jobs
from procrastinate.contrib.django import app

from access.door import has_second_factor, why_closed
from access.models import Membership
from access.terms import note_weekly_mail
from portal.lib import space
from portal.lib.days import today
from portal.lib.each import each, steps
from portal.lib.mail import deliver
from portal.lib.sweeping import sweeps

from .bounces import read_mailbox
from .erp_runs import tasks as erp_tasks  # noqa: F401 - the worker finds them here
from .history import tasks as history_tasks  # noqa: F401 - the same
from .leftovers import forget_admin_log, forget_carts, forget_jobs, forget_misses, forget_tokens
from .mails import mail_waiting
from .models import MailHandover, Trouble
from .papers import tasks as papers_tasks  # noqa: F401 - the same
from .rolling_out import due_now, send_one
from .staff.figures import count
from .unreachable import check_addresses
from .watching import DEATHS, note_failure, note_trouble

log = logging.getLogger("portal.jobs")
# Longer than the worker's heartbeat (10 s), so that a living worker's job is never taken from it.
STALLED_AFTER = 45
# A mail and its job are committed together: what waits so long without one has lost it.
OVERLOOKED_AFTER, TOO_LATE, OVERLOOKED_AT_ONCE = timedelta(minutes=10), timedelta(days=3), 500
DIED = _("The worker died while it did this, or its time was over.")


@app.periodic(cron="* * * * *")
@app.task(queue="rescue", queueing_lock="rescue", pass_context=True, name="rescue")
async def rescue(context, timestamp):
    """Put jobs of workers that died back into the queue; those that have had all their tries, or kill them, fail."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        deaths = await note_trouble(context.app, job, str(DIED))
        if deaths >= DEATHS or _has_had_all(context.app.tasks.get(job.task_name), job):
            await note_failure(context.app, job, str(DIED))
            await manager.finish_job(job, jobs.Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)


def _has_had_all(task, job):
    strategy = getattr(task, "retry_strategy", None)
    most = strategy.max_attempts if isinstance(strategy, RetryStrategy) else None
    return most is not None and job.attempts >= most


@app.periodic(cron="*/5 * * * *")
@app.task(queue="mail", queueing_lock="send_overlooked", name="send_overlooked")
def send_overlooked(timestamp):
    """Mails whose job has gone, whatever became of it, get another one; it hands each over once, as the first would."""
    each(MailHandover.objects.overlooked(timezone.now() - OVERLOOKED_AFTER)[:OVERLOOKED_AT_ONCE], _send_overlooked)


def _send_overlooked(mail):
    if mail.at < timezone.now() - TOO_LATE:
        # Its links are over by now: staff decide.
        mail.refuse(str(_("It was overlooked for more than three days.")), is_final=True)
    else:
        deliver.defer(key=str(mail.pk))


@app.periodic(cron="27 3 * * *")
@app.task(queue="cron", queueing_lock="forget_mail", name="forget_mail")
@sweeps("forget_mail", "portal.MailHandover", "portal.Trouble")
def forget_mail(timestamp):
    """What was mailed is forgotten after its time (MAIL_ARCHIVE_DAYS); what waits for staff stays, without its words.

    One-time links go after a month: they are over by then. Trouble that has not come back for a month is over too.
    """
    now = timezone.now()
    month = now - timedelta(days=30)
    MailHandover.objects.forget_links(month)
    MailHandover.objects.forget(now - timedelta(days=settings.MAIL_ARCHIVE_DAYS))
    Trouble.objects.filter(at__lt=month, job=None).delete()


@app.periodic(cron="* * * * *")
@app.task(queue="cron", queueing_lock="send_waves", name="send_waves")
def send_waves(timestamp):
    """The next invitations of each wave that is on its way, in its pace; each by itself."""
    each(due_now(), send_one)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="cron", queueing_lock="read_bounces", name="read_bounces")
def read_bounces(timestamp):
    """What other mail servers sent back stands beside the mail it is about, where a mailbox for that is named."""
    if settings.BOUNCE_MAILBOX:
        read_mailbox(settings.BOUNCE_MAILBOX)


@app.periodic(cron="*/30 * * * *")
@app.task(queue="cron", queueing_lock="count_figures", name="count_figures")
def count_figures(timestamp):
    """The figures of the staff's first page, before somebody waits for them."""
    count()


@app.periodic(cron="41 3 * * *")
@app.task(queue="cron", queueing_lock="check_addresses", name="check_addresses")
def find_unfit_addresses(timestamp):
    """Stored addresses that no mail reaches stand in the admin's list of troubles until somebody has mended them."""
    check_addresses()


@app.periodic(cron="23 6 * * 1")
@app.task(queue="heavy", queueing_lock="mail_weekly", name="mail_weekly")
def mail_weekly(timestamp):
    """On Monday what waits for them, to whoever wants that; nothing waits, no mail. A second run sends nothing."""
    each(Membership.objects.due_weekly(today()).select_related("company", "user"), _mail_weekly)


def _mail_weekly(membership):
    lacks_factor = membership.company.needs_second_factor and not has_second_factor(membership.user)
    if not why_closed(membership) and not lacks_factor and note_weekly_mail(membership, today()):
        mail_waiting(membership)


@app.periodic(cron="*/20 * * * *")
@app.task(queue="cron", queueing_lock="forget_remembered", name="forget_remembered")
@sweeps("forget_remembered", "portal.Remembered")
def forget_remembered(timestamp):
    """Wrong tries, used codes and the like go when their time is over, and never before."""
    cache.forget()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="cron", queueing_lock="watch_space", name="watch_space")
def watch_space(timestamp):
    """Staff read that room ends before it does."""
    for place, words in space.look_at_space().items():
        log.warning("Room ends on the disk of %s: %s", place, words)


@app.periodic(cron="47 3 * * *")
@app.task(queue="cron", queueing_lock="forget_leftovers", name="forget_leftovers")
@sweeps(
    "forget_leftovers", "shop.Cart", "shop.CartLine", "shop.Miss", "allauth_idp_oidc.Token",
    "procrastinate.ProcrastinateJob", "admin.LogEntry",
)  # fmt: skip
def forget_leftovers(timestamp):
    """What nobody comes back for goes after its time."""
    steps(forget_carts, forget_misses, forget_tokens, forget_jobs, forget_admin_log)


@app.periodic(cron="52 2 * * *")
@app.task(queue="cron", queueing_lock="sweep_files", name="sweep_files")
def sweep_files(timestamp):
    """What processes that were killed left half written goes after a day."""
    steps(space.sweep)
