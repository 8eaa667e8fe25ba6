"""What the worker does for accounts: the export of somebody's data, and what days bring."""

from datetime import timedelta

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from portal.lib.days import today
from portal.lib.each import each, steps
from portal.lib.sweeping import sweeps

from .archive import finish_export
from .backchannel import address_of, tell
from .mails import mail_password_link
from .models import CompanyNote, DataExport, EmailChange, NewsletterConsent, Session, User
from .people import find_person
from .renaming import apply_due
from .tries import take_link

# Links that were never opened, and addresses of before, are of no use to anybody after a month.
UNUSED = timedelta(days=30)
PROOF_YEARS = 3
# Longer than the job's own tries take.
MISSING_AFTER = timedelta(minutes=40)


@app.task(queue="heavy", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_export")
def make_export(export):
    finish_export(export)


@app.task(queue="programs", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="tell_program")
def tell_program(client, sub, sid=""):
    """Tell a program that the login of a person (`sub`), or one session of it, has ended."""
    program = Client.objects.filter(pk=client).first()
    if program and address_of(program):
        tell(program, sub, sid)


@app.periodic(cron="43 * * * *")
@app.task(queue="heavy", queueing_lock="make_missing_exports", name="make_missing_exports")
def make_missing_exports(timestamp):
    """Exports that were asked for and never made, whatever became of their job: they are made now."""
    each(DataExport.objects.filter(ready_at=None, asked_at__lt=timezone.now() - MISSING_AFTER), _make_missing)


def _make_missing(export):
    finish_export(export.pk)


@app.task(queue="mail", name="mail_reset_link")
def mail_reset_link(name):
    """The link of "forgotten password", if the name leads to an account with an address; later links kill it.

    So many in an hour, by whatever name they were asked for: who asks for somebody else's cannot kill the last one.

    The page queues it for any name and looks nothing up, so that its time tells nothing (ASVS 6.3.8).
    """
    with transaction.atomic():
        person = find_person(name, settings.BRAND["login_prefix"])
        if person is None or not person.is_active or not person.email or not take_link(person):
            return
        User.objects.filter(pk=person.pk).update(resets=F("resets") + 1)
        person.refresh_from_db(fields=["resets"])
        mail_password_link(person)


@app.periodic(cron="12 * * * *")
@app.task(queue="cron", queueing_lock="accounts_by_date", name="accounts_by_date")
@sweeps(
    "accounts_by_date",
    "accounts.DataExport",
    "accounts.Session",
    "accounts.EmailChange",
    "accounts.NewsletterConsent",
    "accounts.CompanyNote",
)
def accounts_by_date(timestamp):
    run()


def run():
    """Everything that is due; a second run does nothing."""
    steps(apply_due, forget_exports, forget_sessions, forget_addresses, forget_consents, forget_notes)


def forget_exports():
    each(DataExport.objects.over(), _forget_export)


def _forget_export(export):
    export.delete()
    # Last: where the storage refuses, the row is as before.
    export.file.delete(save=False)


def forget_sessions():
    """Sessions that are over."""
    Session.objects.exclude(pk__in=Session.objects.alive().values("pk")).delete()


def forget_addresses():
    """Old addresses past the time in which they take a change back."""
    before = timezone.now() - UNUSED
    EmailChange.objects.filter(changed_at__lt=before).delete()
    EmailChange.objects.waiting().filter(asked_at__lt=before).delete()


def forget_consents():
    """Consents that were never given, and proofs past their time."""
    NewsletterConsent.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - UNUSED).delete()
    NewsletterConsent.objects.filter(ended_at__year__lt=today().year - PROOF_YEARS).delete()


def forget_notes():
    """Notes of staff about customers, after full calendar years."""
    CompanyNote.objects.filter(written_at__year__lt=today().year - settings.NOTE_YEARS).delete()
