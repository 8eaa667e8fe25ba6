"""Art. 17 DSGVO: what goes with an account, what the law keeps, and who decides.

Personal extras go as soon as deletion is asked for. Somebody without any company is deleted at once. Everybody else
is a matter for staff, who have a month (Art. 12 (3) DSGVO); a company's only licence holder hands over first.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from access.acting import lock_person
from access.ending import leave_all
from access.mails import Mailbox
from access.models import Membership
from portal.lib.personal import personal_of_apps
from portal.lib.refusals import Refused

from . import mails
from .models import Company, DeletionRequest, NewsletterConsent, User, new_username
from .newsletter import stop


@dataclass(frozen=True)
class Kept:
    """A kind of rows that outlives the account: what, how many, why and how long."""

    title: str
    count: int
    why: str


def companies_held_alone(person: User) -> list[Company]:
    """Companies whose only licence holder this is."""
    others = Membership.objects.holders().filter(company=OuterRef("pk")).exclude(user=person)
    held = Company.objects.filter(memberships__user=person, memberships__is_holder=True)
    return list(held.exclude(Exists(others)))


def what_stays(person: User) -> list[Kept]:
    """[Kept] of what there is and what the law or others need."""
    counted = [(entry, entry.rows(person).count()) for entry in personal_of_apps() if entry.keeps]
    return [Kept(str(entry.title), count, str(entry.keeps)) for entry, count in counted if count]


def what_goes(person: User) -> list[tuple[str, int]]:
    """[(title, count)] of what is deleted."""
    counted = [(str(entry.title), entry.rows(person).count()) for entry in personal_of_apps() if not entry.keeps]
    return [(title, count) for title, count in counted if count]


@transaction.atomic
def ask_for_deletion(person: User) -> DeletionRequest:
    """Returns the DeletionRequest: done for somebody without a company, else waiting for staff.

    Raises Refused for staff and for a company's only licence holder.
    """
    person = lock_person(person.pk)
    _check(person)
    if waiting := person.deletion_requests.filter(state=DeletionRequest.State.WAITING).first():
        return waiting
    request = person.deletion_requests.create()
    if not person.memberships.exists():
        return _carry_out(request, person, by=person)
    _keep_no_history()
    _drop_extras(person)
    mails.mail_deletion_asked(request)
    return request


def _check(person: User) -> None:
    if person.is_staff:
        raise Refused(_("This account belongs to %(vendor)s. Only an administrator can delete it.") % settings.BRAND)
    if alone := companies_held_alone(person):
        names = ", ".join(company.name for company in alone)
        raise Refused(_("You are the only licence holder of %s. Hand this role over first.") % names)


def _drop_extras(person: User) -> None:
    stop(person, NewsletterConsent.End.ERASED)
    person.salutation = person.phone = ""
    person.save(update_fields=["salutation", "phone"])
    for entry in personal_of_apps():
        if entry.is_extra:
            entry.erase(person)


@transaction.atomic
def withdraw_deletion(person: User) -> None:
    """Take the request back while staff have not acted."""
    waiting = person.deletion_requests.filter(state=DeletionRequest.State.WAITING)
    waiting.update(state=DeletionRequest.State.WITHDRAWN, decided_at=timezone.now(), decided_by_name=str(person)[:300])


@transaction.atomic
def decline_deletion(request: DeletionRequest, reason: str, *, by: User) -> None:
    """Say no, with the reason, which the person reads. Raises Refused without one or when it is decided."""
    request, _person = _waiting(request)
    if not reason.strip():
        raise Refused(_("Please give the reason; the person reads it."))
    request.reason = reason.strip()[:500]
    _close(request, DeletionRequest.State.DECLINED, by)
    mails.mail_deletion_declined(request)


@transaction.atomic
def carry_out(request: DeletionRequest, *, by: User) -> DeletionRequest:
    """Delete the account behind a waiting request. Raises Refused."""
    if request.user_id:
        lock_person(request.user_id)
    request, person = _waiting(request)
    _check(person)
    return _carry_out(request, person, by=by)


def _waiting(request: DeletionRequest) -> tuple[DeletionRequest, User]:
    request = DeletionRequest.objects.select_for_update(of=["self"]).select_related("user").get(pk=request.pk)
    if request.state != DeletionRequest.State.WAITING or request.user is None:
        raise Refused(_("This has been decided meanwhile: %s.") % request.get_state_display())
    return request, request.user


def _carry_out(request: DeletionRequest, person: User, *, by: User) -> DeletionRequest:
    reader = Mailbox(person.email or "", person.get_full_name(), person.language)
    name = _("the person") if by == person else str(by)
    _write_no_history(person)
    stop(person, NewsletterConsent.End.ERASED)
    report = {"gone": dict(what_goes(person)), "kept": {kept.title: kept.count for kept in what_stays(person)}}
    leave_all(person, by=by)
    for entry in personal_of_apps():
        if not entry.keeps:
            entry.erase(person)
    request.user, request.report = None, report
    _close(request, DeletionRequest.State.DONE, name)
    DeletionRequest.objects.filter(user=person).update(user=None)
    _forget(person)
    mails.mail_deleted(reader, request)
    return request


def _write_no_history(person: User) -> None:
    """What goes must not stand in the history of changes as what was there before, nor their name beside changes."""
    _keep_no_history()
    with connection.cursor() as cursor:
        cursor.execute("update portal_change set actor_name = '' where actor_id = %s", [person.pk])


def _keep_no_history() -> None:
    """Until the end of the transaction, changes leave no line with what was there before."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('portal.history', 'off', true)")


def _close(request: DeletionRequest, state: DeletionRequest.State, by: User | str) -> None:
    request.state, request.decided_at, request.decided_by_name = state, timezone.now(), str(by)[:300]
    request.save()


def _forget(person: User) -> None:
    """Delete the row, or empty it where orders or contracts refer to it."""
    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        person.username, person.email, person.phone, person.salutation = new_username(), None, "", ""
        person.first_name, person.last_name = "", _("Former user")
        person.is_active, person.last_login = False, None
        person.set_unusable_password()
        person.save()
