"""The machine of an order's states: every transition stands here, locked, with its trace, its mail and its effects."""

from django.db import transaction
from django.utils.translation import gettext as _

from shop.trainings import release_order

from . import mails, tasks
from .fulfilment import deliver, mark_done, take_back
from .models import Order, OrderLine

State, LineState = Order.State, OrderLine.State


class OrderRefused(Exception):
    """The step is not possible; the text is for people."""


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
    order.state = state
    order.save(update_fields=["state"])
    order.note_event(state, by=by, reason=reason)
    tasks.tell_webhooks(order)


@transaction.atomic
def approve(order, *, by, reason=""):
    """A licence holder or deputy lets a waiting order through to the vendor. Raises OrderRefused."""
    order = _locked(order)
    if order.state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    _go(order, State.RECEIVED, by=by, reason=reason)
    mails.mail_state(order, reason)
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
def line_done(line, *, by):
    """Staff mark an accepted line, such as a service, as done. Raises OrderRefused."""
    order = _locked(line.order)
    line = order.lines.select_for_update(of=["self"]).get(pk=line.pk)
    if line.state != LineState.ACCEPTED:
        raise OrderRefused(_("Only an accepted line can be marked as done."))
    mark_done(line)
    was = order.state
    _finish(order, by)
    if order.state != was:
        mails.mail_state(order, "")
    return order


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
def cancel_line(line, *, by, reason):
    """Staff take one line back, with everything it gave. The last one cancels the order. Raises OrderRefused."""
    order = _locked(line.order)
    line = order.lines.select_for_update(of=["self"]).select_related("article", "training_date").get(pk=line.pk)
    line.order = order
    if line.state not in (LineState.ACCEPTED, LineState.DONE):
        raise OrderRefused(_("Only an accepted line can be taken back."))
    take_back(line, by=by)
    line.state, line.reason, line.done_at = LineState.DECLINED, reason, None
    line.save(update_fields=["state", "reason", "done_at"])
    if not order.lines.exclude(state=LineState.DECLINED).exists():
        _go(order, State.CANCELLED, by=by, reason=reason)
    else:
        _go(order, State.PARTLY, by=by, reason=reason)
        _finish(order, by)
    mails.mail_state(order, reason)
    return order


@transaction.atomic
def cancel(order, *, by, reason="", by_customer=True):
    """Cancel an order with everything it gave.

    A customer may until the vendor has accepted, staff always with a reason. Raises OrderRefused.
    """
    order = _locked(order)
    if by_customer and order.state not in (State.WAITING, State.RECEIVED):
        raise OrderRefused(_("This order has been accepted already. Please talk to us if you want to cancel it."))
    if not by_customer and not reason.strip():
        raise OrderRefused(_("Please give a reason."))
    _refuse_unless(order, State.CANCELLED)
    for line in order.lines.select_for_update(of=["self"]).select_related("article", "training_date"):
        line.order = order
        take_back(line, by=by)
    release_order(order.company, order.number, by=by)
    _go(order, State.CANCELLED, by=by, reason=reason)
    mails.mail_state(order, reason)
    return order


@transaction.atomic
def reject(order, *, by, reason=""):
    """A licence holder or deputy stops a waiting order. Raises OrderRefused."""
    if _locked(order).state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    return cancel(order, by=by, reason=reason)
