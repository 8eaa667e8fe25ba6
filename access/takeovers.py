"""The licence holder has left: a deputy, or the vendor, starts a take-over; after a waiting period staff release it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.days import today

from . import mails
from .acting import AccessRefused, Actor
from .door import why_closed
from .holders import become_main, make_holder, why_no_holder
from .log import Kind
from .models import Membership, TakeOver
from .rights import Right

State = TakeOver.State


@transaction.atomic
def start_takeover(by: Actor, target: Membership, reason: str) -> TakeOver:
    """A deputy, or staff, ask that somebody of the company become licence holder. Raises AccessRefused."""
    actor, target = by.enter_with(target)
    if actor.leads and not actor.is_vendor:
        raise AccessRefused(_("You are a licence holder yourself; name another one on that person's page."))
    company = actor.company
    if company.takeovers.filter(state__in=TakeOver.OPEN).exists():
        raise AccessRefused(_("A transfer of the role is under way already."))
    if refusal := why_no_holder(target):
        raise AccessRefused(refusal)
    takeover = company.takeovers.create(
        membership=target,
        name=target.name,
        reason=reason,
        started_by=actor.user,
        started_by_name=actor.name,
        objection_until=today() + timedelta(days=settings.ACCESS["takeover_days"]),
    )
    actor.note(Kind.TAKEOVER_STARTED, target, word=reason)
    mails.mail_takeover(takeover, "started")
    return takeover


def may_object(membership: Membership, takeover: TakeOver) -> bool:
    """Licence holders and other deputies may object, not those who would gain by it."""
    starter = takeover.started_by_id == membership.user_id or takeover.membership_id == membership.pk
    return takeover.may_be_objected and not starter and membership.may(Right.ACCESS)


def _entered(by: Actor, takeover: TakeOver) -> tuple[Actor, TakeOver]:
    actor = by.enter()
    row = actor.company.takeovers.select_for_update().get(pk=takeover.pk)
    row.company = actor.company
    return actor, row


@transaction.atomic
def object_to(by: Actor, takeover: TakeOver, word: str) -> None:
    """Stop a take-over within the waiting period. Raises AccessRefused."""
    actor, takeover = _entered(by, takeover)
    if actor.membership is None or not may_object(actor.membership, takeover):
        raise AccessRefused(
            _("You cannot object (any more): the period is over, or the transfer does not concern you.")
        )
    _close(takeover, State.OBJECTED, Kind.TAKEOVER_OBJECTED, actor, word)


@transaction.atomic
def withdraw_takeover(by: Actor, takeover: TakeOver) -> None:
    """Whoever started it takes it back. Raises AccessRefused."""
    actor, takeover = _entered(by, takeover)
    if not takeover.is_open or actor.user is None or takeover.started_by_id != actor.user.pk:
        raise AccessRefused(_("You cannot take this back (any more): it has been decided, or you did not start it."))
    _close(takeover, State.WITHDRAWN, Kind.TAKEOVER_WITHDRAWN, actor)


def _for_vendor(by: Actor, takeover: TakeOver) -> tuple[Actor, TakeOver]:
    if not by.is_vendor:
        raise AccessRefused(_("Only the vendor decides about a transfer of the role."))
    return _entered(by, takeover)


@transaction.atomic
def release(by: Actor, takeover: TakeOver) -> None:
    """Staff release it after the waiting period: the person becomes the main licence holder.

    Earlier licence holders stay until the new one removes them. Raises AccessRefused.
    """
    actor, takeover = _for_vendor(by, takeover)
    if not takeover.may_be_released:
        raise AccessRefused(_("The waiting period is not over, or somebody has objected."))
    people = actor.company.memberships.select_related("user").select_for_update(of=("self",))
    target = people.filter(pk=takeover.membership_id).first()
    if target is None or why_closed(target):
        raise AccessRefused(_("This person no longer has access to the company."))
    target.company = actor.company
    if not target.is_holder:
        make_holder(target, actor)
    become_main(target)
    _close(takeover, State.RELEASED, Kind.TAKEOVER_RELEASED, actor)


@transaction.atomic
def decline(by: Actor, takeover: TakeOver, word: str) -> None:
    """Staff end an open take-over with a reason. Raises AccessRefused."""
    actor, takeover = _for_vendor(by, takeover)
    if not takeover.is_open:
        raise AccessRefused(_("This transfer has been decided already."))
    _close(takeover, State.DECLINED, Kind.TAKEOVER_DECLINED, actor, word)


def _close(takeover: TakeOver, state: TakeOver.State, kind: Kind, actor: Actor, word: str = "") -> None:
    takeover.state, takeover.word = state, word
    takeover.answered_at, takeover.answered_by_name = timezone.now(), actor.name
    takeover.save(update_fields=["state", "word", "answered_at", "answered_by_name"])
    more = {"word": word} if word else {}
    actor.note(kind, takeover.membership, **more)
    mails.mail_takeover(takeover, state)
