"""The machine of an order's states: every transition stands here, locked, with its trace, its mail and its effects."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.lib.refusals import Refused
from shop.trainings import release_order, tell_booked

from . import mails, tasks
from .fulfilment import deliver, mark_done, take_back
from .models import Order, OrderLine
from .webhooks import tell_webhooks

State, LineState = Order.State, OrderLine.State


class OrderRefused(Refused):
    """The order cannot take this step."""


# From which state an order may go where.
STEPS = {
    State.WAITING: {State.RECEIVED, State.CANCELLED},
    State.RECEIVED: {State.ACCEPTED, State.PARTLY, State.CANCELLED},
    State.ACCEPTED: {State.PARTLY, State.FULFILLED, State.CANCELLED},
    State.PARTLY: {State.PARTLY, State.FULFILLED, State.CANCELLED},
    # Staff may take back what was delivered by mistake.
    State.FULFILLED: {State.PARTLY, State.CANCELLED},
    State.CANCELLED: set(),
}


def _locked(order):
    return Order.objects.select_for_update().select_related("company").get(pk=order.pk)


def _refuse_unless(order, state):
    if state not in STEPS[order.state]:
        raise OrderRefused(
            _("An order that is “%(now)s” cannot become “%(then)s”.")
            % {"now": order.get_state_display(), "then": State(state).label}
        )


def _go(order, state, *, by, reason=""):
    _refuse_unless(order, state)
    was, order.state = order.state, state
    order.save(update_fields=["state"])
    order.note_event(state, by=by, reason=reason)
    # Stopped inside the company, it has never been the vendor's.
    if (was, state) != (State.WAITING, State.CANCELLED):
        tell_webhooks(order)


@transaction.atomic
def approve(order, *, by, reason=""):
    """A licence holder or deputy lets a waiting order through to the vendor. Raises OrderRefused."""
    order = _locked(order)
    if order.state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    _go(order, State.RECEIVED, by=by, reason=reason)
    mails.mail_receipt(order, approved_by=str(by or ""), word=reason)
    tell_booked(order.company, order.number)
    return order


@transaction.atomic
def accept(order, *, by, declined=None):
    """The vendor accepts an order, all of it or but for some lines, and delivers what can be delivered at once.

    declined: id of a line -> reason. With all lines declined the order is cancelled. The confirmation is made and
    mailed by the worker. Raises OrderRefused; nothing has changed then.
    """
    order = _locked(order)
    lines = list(order.lines.select_for_update(of=["self"]).select_related("article__grants", "training_date"))
    declined = {pk: reason.strip() for pk, reason in (declined or {}).items()}
    if not all(declined.values()):
        raise OrderRefused(_("Please give a reason for each line you decline."))
    if order.state != State.RECEIVED:
        _refuse_unless(order, State.ACCEPTED)
        raise OrderRefused(_("This order has been accepted already."))
    for line in lines:
        line.order = order
        _decide(line, declined.get(line.pk), by)
    accepted = [line for line in lines if not line.is_declined]
    if lines and not accepted:
        _go(order, State.CANCELLED, by=by, reason="; ".join(dict.fromkeys(declined.values())))
        mails.mail_state(order, order.events.last().reason)
        return order
    _go(order, State.PARTLY if len(accepted) < len(lines) else State.ACCEPTED, by=by)
    for line in accepted:
        deliver(line)
    _finish(order, by)
    tasks.make_confirmation.defer(order=str(order.pk))
    return order


def _decide(line, reason, by):
    line.state, line.reason = (LineState.DECLINED, reason) if reason else (LineState.ACCEPTED, "")
    line.save(update_fields=["state", "reason"])
    if reason:
        take_back(line, by=by)


def _finish(order, by):
    """Fulfilled once nothing of it is left to be done."""
    states = set(order.lines.values_list("state", flat=True))
    if states and states <= {LineState.DONE, LineState.DECLINED} and LineState.DONE in states:
        _go(order, State.FULFILLED, by=by)


@transaction.atomic
def settle(order: Order, *, by: Any, done: Iterable[int] = (), taken_back: dict[int, str] | None = None) -> Order:
    """Staff mark accepted lines as done and take others back, with everything they gave: all of it, or nothing.

    done: ids of lines. taken_back: id of a line -> reason. Without a line left the order is cancelled. One mail says
    what became of the order. Raises OrderRefused.
    """
    order, done, taken_back = _locked(order), list(done), taken_back or {}
    if not done and not taken_back:
        return order
    lines = order.lines.select_for_update(of=["self"]).select_related("article", "training_date")
    lines = {line.pk: line for line in lines}
    was = order.state
    for pk in done:
        _refuse_line_unless(lines[pk], {LineState.ACCEPTED}, _("Only an accepted line can be marked as done."))
        mark_done(lines[pk])
    for pk, reason in taken_back.items():
        may = {LineState.ACCEPTED, LineState.DONE}
        _refuse_line_unless(lines[pk], may, _("Only an accepted line can be taken back."))
        _take(order, lines[pk], reason, by)
    reason = "; ".join(dict.fromkeys(taken_back.values()))
    _move_on(order, by, reason, is_less=bool(taken_back))
    if order.state != was or taken_back:
        mails.mail_state(order, reason)
    return order


def _refuse_line_unless(line, states, sentence):
    if line.state not in states:
        raise OrderRefused(f"{line.name}: {sentence}")


def _take(order, line, reason, by):
    line.order = order
    take_back(line, by=by)
    line.state, line.reason, line.done_at = LineState.DECLINED, reason, None
    line.save(update_fields=["state", "reason", "done_at"])


def _move_on(order, by, reason, *, is_less):
    """The state that follows from the lines; is_less: lines were taken back."""
    if is_less and not order.lines.exclude(state=LineState.DECLINED).exists():
        _go(order, State.CANCELLED, by=by, reason=reason)
        return
    if is_less:
        _go(order, State.PARTLY, by=by, reason=reason)
    _finish(order, by)


def line_done(line: OrderLine, *, by: Any) -> Order:
    """Staff mark an accepted line, such as a service, as done. Raises OrderRefused."""
    return settle(line.order, by=by, done=[line.pk])


def cancel_line(line: OrderLine, *, by: Any, reason: str) -> Order:
    """Staff take one line back, with everything it gave. The last one cancels the order. Raises OrderRefused."""
    return settle(line.order, by=by, taken_back={line.pk: reason})


@transaction.atomic
def fulfil(order, *, by):
    """Staff mark all that is left of an accepted order as done. Raises OrderRefused."""
    order = _locked(order)
    _refuse_unless(order, State.FULFILLED)
    for line in order.lines.select_for_update(of=["self"]).exclude(state__in=[LineState.DECLINED, LineState.DONE]):
        mark_done(line)
    _go(order, State.FULFILLED, by=by)
    mails.mail_state(order, "")
    return order


@transaction.atomic
def cancel(order, *, by, reason="", by_customer=True):
    """Cancel an order with everything it gave.

    A customer may until the vendor has accepted, staff always with a reason. Raises OrderRefused.
    """
    order = _locked(order)
    if by_customer and order.state not in (State.WAITING, State.RECEIVED):
        raise OrderRefused(
            _("This order has been accepted already. If you still want to cancel it, call us: %(phone)s")
            % settings.BRAND
        )
    if not by_customer and not reason.strip():
        raise OrderRefused(_("Please give a reason."))
    _refuse_unless(order, State.CANCELLED)
    never_left = order.state == State.WAITING
    for line in order.lines.select_for_update(of=["self"]).select_related("article", "training_date"):
        line.order = order
        take_back(line, by=by)
    release_order(order.company, order.number, by=by)
    _go(order, State.CANCELLED, by=by, reason=reason)
    mails.mail_state(order, reason, inside=never_left)
    return order


@transaction.atomic
def reject(order, *, by, reason=""):
    """A licence holder or deputy stops a waiting order. Raises OrderRefused."""
    if _locked(order).state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    return cancel(order, by=by, reason=reason)
