"""Somebody asks for a right from a locked tile; a granter, or in the end the vendor, answers."""

import datetime as dt
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import mails
from .acting import AccessRefused, Actor, Gone, lock_company
from .log import Kind, note
from .models import AccessRequest, Membership
from .rights import Right
from .switches import switch_off, switch_on


@transaction.atomic
def ask_for(membership: Membership, right: Right) -> tuple[AccessRequest, bool]:
    """Ask those who may grant it for a right. Returns (request, is_new); asking again changes and mails nothing.

    Raises AccessRefused for some days after a no.
    """
    lock_company(membership.company_id)
    newest = membership.requests.filter(right=right).order_by("-created_at").first()
    if newest and newest.answered_at is None:
        return newest, False
    if newest and newest.answered_at and newest.is_granted is False:
        again = newest.answered_at + timedelta(days=settings.ACCESS["request_pause_days"])
        if timezone.now() < again:
            day = date_format(timezone.localtime(again), "d.m.Y")
            raise AccessRefused(_("This was declined lately. You can ask again from %(day)s.") % {"day": day})
    request = membership.requests.create(right=right)
    note(Kind.ASKED, membership.company, membership, by=membership.user, rights=[right])
    mails.mail_request(request)
    return request, True


@transaction.atomic
def answer(
    by: Actor, request: AccessRequest, *, granted: bool, until: dt.date | None = None, word: str = ""
) -> AccessRequest:
    """Say yes, yes until a day, or no. Raises AccessRefused; returns the request as answered.

    until: the last day of this one right, or None for as long as the access itself. The vendor decides what nobody at
    the company has decided in time.
    """
    actor, membership = by.enter_with(request.membership)
    request = _open_request(membership, request)
    if actor.is_vendor and not request.escalated_at:
        raise AccessRefused(_("The company itself still has time to answer."))
    if request.right not in actor.grantable(membership):
        raise AccessRefused(_("You may not decide about this permission."))
    request.answered_at, request.answered_by = timezone.now(), actor.user
    request.is_granted, request.word = granted, word
    request.save(update_fields=["answered_at", "answered_by", "is_granted", "word"])
    if granted:
        switch_on(membership, Right(request.right), until)
    else:
        actor.note(Kind.DECLINED, membership, rights=[request.right], **({"word": word} if word else {}))
    mails.mail_answer(request, actor, until)
    return request


def _open_request(membership: Membership, request: AccessRequest) -> AccessRequest:
    found = membership.requests.select_for_update().filter(pk=request.pk).first()
    if found is None:
        raise Gone
    if found.answered_at:
        raise AccessRefused(_("This request has been answered already."))
    found.membership = membership
    return found


@transaction.atomic
def take_back(by: Actor, request: AccessRequest) -> AccessRequest:
    """Undo one's own answer of the last minutes: what it granted is off again, and the request is open.

    Raises AccessRefused where it is too late, or the same was asked or decided anew.
    """
    actor, membership = by.enter_with(request.membership)
    found = membership.requests.select_for_update().filter(pk=request.pk).first()
    if found is None:
        raise Gone
    lately = membership.requests.answered_lately(actor.user).filter(pk=found.pk)
    is_asked_anew = membership.requests.filter(right=found.right, answered_at=None).exists()
    # What a colleague has switched since is theirs.
    is_as_answered = (found.right in membership.granted) == found.is_granted
    if not (lately.exists() and is_as_answered) or is_asked_anew or found.right not in actor.grantable(membership):
        raise AccessRefused(_("This can no longer be undone."))
    if found.is_granted:
        switch_off(membership, Right(found.right), actor)
    found.answered_at = found.answered_by = found.is_granted = None
    found.word = ""
    found.save(update_fields=["answered_at", "answered_by", "is_granted", "word"])
    actor.note(Kind.REOPENED, membership, rights=[found.right])
    return found


def escalate(request: AccessRequest) -> None:
    """Nobody has answered in time: it falls to the vendor; everybody concerned is told. Within a transaction."""
    request.escalated_at = timezone.now()
    request.save(update_fields=["escalated_at"])
    note(Kind.ESCALATED, request.membership.company, request.membership, rights=[request.right])
    mails.mail_escalated(request)
