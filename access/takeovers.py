"""The licence holder has left: a deputy, or the vendor, starts a take-over; after a waiting period staff release it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.days import today

from . import mails
from .door import why_closed
from .holders import become_main, make_holder, why_no_holder
from .log import Actor, Kind, act_as, note
from .models import TakeOver
from .rights import Right
from .switches import AccessRefused, entered, lock_company, locked

State = TakeOver.State


@transaction.atomic
def start_takeover(by, target, reason):
    """A deputy asks that somebody of the company, often the deputy, become licence holder. Raises AccessRefused."""
    actor = entered(by)
    if actor.is_holder:
        raise AccessRefused(_("You are a licence holder yourself; name another one on that person's page."))
    target = locked(actor, [target.pk])[target.pk]
    return _start(target, reason, actor.user)


@transaction.atomic
def start_takeover_as_vendor(staff, target, reason):
    """The same for a company without a deputy, by the vendor's staff. Raises AccessRefused."""
    company = lock_company(target.company_id)
    act_as(staff, Actor.STAFF)
    target = company.memberships.select_related("user").get(pk=target.pk)
    target.company = company
    return _start(target, reason, staff, Actor.STAFF)


def _start(target, reason, by, actor_kind=Actor.PERSON):
    company = target.company
    if company.takeovers.filter(state__in=TakeOver.OPEN).exists():
        raise AccessRefused(_("A transfer of the role is under way already."))
    if refusal := why_no_holder(target):
        raise AccessRefused(refusal)
    takeover = company.takeovers.create(
        membership=target,
        name=target.name,
        reason=reason,
        started_by=by,
        started_by_name=str(by),
        objection_until=today() + timedelta(days=settings.ACCESS["takeover_days"]),
    )
    note(Kind.TAKEOVER_STARTED, company, target, by=by, actor_kind=actor_kind, word=reason)
    mails.mail_takeover(takeover, "started")
    return takeover


def may_object(membership, takeover):
    """Licence holders and other deputies may object, not those who would gain by it."""
    starter = takeover.started_by_id == membership.user_id or takeover.membership_id == membership.pk
    return takeover.may_be_objected and not starter and membership.may(Right.ACCESS)


@transaction.atomic
def object_to(by, takeover, word):
    """Stop a take-over within the waiting period. Raises AccessRefused."""
    actor = entered(by)
    takeover = actor.company.takeovers.select_for_update().get(pk=takeover.pk)
    if not may_object(actor, takeover):
        raise AccessRefused(
            _("You cannot object (any more): the period is over, or the transfer does not concern you.")
        )
    _close(takeover, State.OBJECTED, Kind.TAKEOVER_OBJECTED, actor.user, word)


@transaction.atomic
def withdraw_takeover(by, takeover):
    """Whoever started it takes it back. Raises AccessRefused."""
    actor = entered(by)
    takeover = actor.company.takeovers.select_for_update().get(pk=takeover.pk)
    if not takeover.is_open or takeover.started_by_id != actor.user_id:
        raise AccessRefused(_("You cannot take this back (any more): it has been decided, or you did not start it."))
    _close(takeover, State.WITHDRAWN, Kind.TAKEOVER_WITHDRAWN, actor.user, "")


@transaction.atomic
def release(staff, takeover):
    """Staff release it after the waiting period: the person becomes the main licence holder.

    Earlier licence holders stay until the new one removes them. Raises AccessRefused.
    """
    company = lock_company(takeover.company_id)
    act_as(staff, Actor.STAFF)
    takeover = company.takeovers.select_for_update().get(pk=takeover.pk)
    if not takeover.may_be_released:
        raise AccessRefused(_("The waiting period is not over, or somebody has objected."))
    target = company.memberships.select_related("user").filter(pk=takeover.membership_id).first()
    if target is None or why_closed(target):
        raise AccessRefused(_("This person no longer has access to the company."))
    target.company = company
    if not target.is_holder:
        make_holder(target, staff)
    become_main(target)
    _close(takeover, State.RELEASED, Kind.TAKEOVER_RELEASED, staff, "", Actor.STAFF)


@transaction.atomic
def decline(staff, takeover, word):
    """Staff end an open take-over with a reason. Raises AccessRefused."""
    company = lock_company(takeover.company_id)
    takeover = company.takeovers.select_for_update().get(pk=takeover.pk)
    if not takeover.is_open:
        raise AccessRefused(_("This transfer has been decided already."))
    _close(takeover, State.DECLINED, Kind.TAKEOVER_DECLINED, staff, word, Actor.STAFF)


def _close(takeover, state, kind, by, word, actor_kind=Actor.PERSON):
    takeover.state, takeover.word = state, word
    takeover.answered_at, takeover.answered_by_name = timezone.now(), str(by)
    takeover.save(update_fields=["state", "word", "answered_at", "answered_by_name"])
    more = {"word": word} if word else {}
    note(kind, takeover.company, takeover.membership, by=by, actor_kind=actor_kind, **more)
    mails.mail_takeover(takeover, state)
