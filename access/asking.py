"""Somebody asks for a right from a locked tile; a granter, or in the end the vendor, answers."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import mails
from .log import Actor, Kind, act_as, note
from .rights import Right
from .store import set_rights
from .switches import AccessRefused, Gone, entered, grantable, lock_company, locked, save_version


@transaction.atomic
def ask_for(membership, right):
    """Ask those who may grant it for a right. Returns (request, is_new); asking again changes and mails nothing.

    Raises AccessRefused for some days after a no.
    """
    lock_company(membership.company_id)
    newest = membership.requests.filter(right=right).order_by("-created_at").first()
    if newest and newest.answered_at is None:
        return newest, False
    if newest and newest.is_granted is False:
        again = newest.answered_at + timedelta(days=settings.ACCESS["request_pause_days"])
        if timezone.now() < again:
            day = date_format(timezone.localtime(again), "d.m.Y")
            raise AccessRefused(_("This was declined lately. You can ask again from %(day)s.") % {"day": day})
    request = membership.requests.create(right=right)
    note(Kind.ASKED, membership.company, membership, by=membership.user, rights=[right])
    mails.mail_request(request)
    return request, True


@transaction.atomic
def answer(by, request, *, granted, until=None, word=""):
    """Say yes, yes until a day, or no. Raises AccessRefused; returns the request as answered.

    until: the last day of this one right, or None for as long as the access itself.
    """
    actor = entered(by)
    request = _open_request(actor, request)
    if request.right not in grantable(actor, request.membership):
        raise AccessRefused(_("You may not decide about this permission."))
    return _answer(request, by=actor.user, granted=granted, until=until, word=word)


def _open_request(actor, request):
    target = locked(actor, [request.membership_id])[request.membership_id]
    request = target.requests.select_for_update().filter(pk=request.pk).first()
    if request is None:
        raise Gone
    if request.answered_at:
        raise AccessRefused(_("This request has been answered already."))
    request.membership = target
    return request


def _answer(request, *, by, granted, until, word, actor_kind=Actor.PERSON):
    membership = request.membership
    request.answered_at, request.answered_by = timezone.now(), by
    request.is_granted, request.word = granted, word
    request.save(update_fields=["answered_at", "answered_by", "is_granted", "word"])
    if granted:
        set_rights(membership, membership.granted | {Right(request.right)}, until)
        save_version(membership)
    else:
        more = {"word": word} if word else {}
        note(
            Kind.DECLINED, membership.company, membership, by=by, actor_kind=actor_kind, rights=[request.right], **more
        )
    mails.mail_answer(request, by, until)
    return request


@transaction.atomic
def answer_as_vendor(staff, request, *, granted, word=""):
    """The vendor decides what nobody at the company has decided in time. Raises AccessRefused."""
    company = lock_company(request.membership.company_id)
    act_as(staff, Actor.STAFF)
    target = company.memberships.select_related("user").select_for_update(of=("self",)).get(pk=request.membership_id)
    target.company = company
    request = target.requests.select_for_update().get(pk=request.pk)
    if request.answered_at:
        raise AccessRefused(_("This request has been answered already."))
    if not request.escalated_at:
        raise AccessRefused(_("The company itself still has time to answer."))
    request.membership = target
    return _answer(request, by=staff, granted=granted, until=None, word=word, actor_kind=Actor.STAFF)


def escalate(request):
    """Nobody has answered in time: it falls to the vendor; everybody concerned is told. Within a transaction."""
    request.escalated_at = timezone.now()
    request.save(update_fields=["escalated_at"])
    note(Kind.ESCALATED, request.membership.company, request.membership, rights=[request.right])
    mails.mail_escalated(request)
