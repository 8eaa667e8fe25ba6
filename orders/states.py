"""The machine of an order's states: every transition stands here, locked, with its trace, its mail and its effects."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from access.acting import lock_company
from accounts.models import User
from portal.lib.refusals import Refused
from shop.prices import sums_of
from shop.trainings import release_order

from . import mails, tasks
from .fulfilment import deliver, mark_done, take_back
from .models import CONCLUDED, Order, OrderLine
from .webhooks import tell_webhooks

State, LineState = Order.State, OrderLine.State


class OrderRefused(Refused):
    """The order cannot take this step."""


# From which state an order may go where.
STEPS: dict[str, set[str]] = {
    State.WAITING: {State.RECEIVED, State.CANCELLED},
    State.RECEIVED: {State.OFFERED, State.ACCEPTED, State.PARTLY, State.CANCELLED},
    State.OFFERED: {State.PARTLY, State.CANCELLED},
    State.ACCEPTED: {State.PARTLY, State.FULFILLED, State.CANCELLED},
    State.PARTLY: {State.PARTLY, State.FULFILLED, State.CANCELLED},
    # Staff may take back what was delivered by mistake.
    State.FULFILLED: {State.PARTLY, State.CANCELLED},
    State.CANCELLED: set(),
}
# What staff may do with a line, by its state: of an order that has come in, and of one that was concluded.
NEW_LINES: dict[str, tuple[str, ...]] = {LineState.OPEN: ("accept", "decline")}
CONCLUDED_LINES: dict[str, tuple[str, ...]] = {
    LineState.ACCEPTED: ("done", "take_back"),
    LineState.DONE: ("take_back",),
}


def line_acts(order: Order, line: OrderLine) -> tuple[str, ...]:
    """What staff may do with a line now: of "accept", "decline", "done", "take_back"."""
    if order.state == State.RECEIVED:
        return NEW_LINES.get(line.state, ())
    return CONCLUDED_LINES.get(line.state, ()) if order.state in CONCLUDED else ()


def _locked(order: Order) -> Order:
    """The order as it is now, held with its company: rows are locked in the order company, order, lines."""
    lock_company(order.company_id)
    return Order.objects.select_for_update(of=["self"]).select_related("company").get(pk=order.pk)


def _lines(order: Order) -> list[OrderLine]:
    """The order's lines, locked after the order."""
    rows = order.lines.select_for_update(of=["self"]).select_related("article__grants", "training_date")
    lines = list(rows.order_by("pk"))
    for line in lines:
        line.order = order
    return sorted(lines, key=lambda line: line.position)


def _refuse_unless(order: Order, state: str) -> None:
    if state not in STEPS[order.state]:
        raise OrderRefused(
            _("An order that is “%(now)s” cannot become “%(then)s”.")
            % {"now": order.get_state_display(), "then": State(state).label}
        )


def _go(order: Order, state: str, *, by: User | None, reason: str = "") -> None:
    _refuse_unless(order, state)
    was, order.state = order.state, state
    order.save(update_fields=["state"])
    order.note_event(state, by=by, reason=reason)
    # Stopped inside the company, it has never been the vendor's.
    if (was, state) != (State.WAITING, State.CANCELLED):
        tell_webhooks(order)


@transaction.atomic
def approve(order: Order, *, by: User | None, reason: str = "") -> Order:
    """A licence holder or deputy lets a waiting order through to the vendor. Raises OrderRefused."""
    order = _locked(order)
    if order.state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    _go(order, State.RECEIVED, by=by, reason=reason)
    mails.mail_receipt(order, approved_by=str(by or ""), word=reason)
    return order


@transaction.atomic
def accept(order: Order, *, by: User | None, declined: Mapping[int, str] | None = None) -> Order:
    """The vendor accepts an order, all of it or but for some lines.

    declined: id of a line -> reason. Accepted as it was placed, what can be delivered is delivered at once, and the
    worker makes and mails the confirmation. A part is a new offer (§ 150 (2) BGB): the customer is asked, and nothing
    is delivered or confirmed before they agree; unless the terms allow it (settings.PARTIAL_ACCEPTANCE_BY_TERMS).
    With all lines declined the order is cancelled. Raises OrderRefused; nothing has changed then.
    """
    order = _locked(order)
    lines = _lines(order)
    reasons = _reasons(order, lines, declined or {})
    if order.state != State.RECEIVED:
        _refuse_unless(order, State.ACCEPTED)
        raise OrderRefused(_("This order has been accepted already."))
    for line in lines:
        if line.pk in reasons:
            _decline(line, reasons[line.pk], by)
    if not reasons:
        return _conclude(order, lines, State.ACCEPTED, by=by)
    _recount(order)
    if len(reasons) == len(lines):
        _go(order, State.CANCELLED, by=by, reason=_together(reasons.values()))
        mails.mail_state(order, _together(reasons.values()))
        return order
    if settings.PARTIAL_ACCEPTANCE_BY_TERMS:
        return _conclude(order, lines, State.PARTLY, by=by)
    _go(order, State.OFFERED, by=by, reason=_together(reasons.values()))
    mails.mail_offer(order)
    return order


def _reasons(order: Order, lines: list[OrderLine], declined: Mapping[int, str]) -> dict[int, str]:
    reasons = {pk: reason.strip() for pk, reason in declined.items()}
    _refuse_strangers(lines, reasons)
    if not all(reasons.values()):
        raise OrderRefused(_("Please give a reason for each line you decline."))
    return reasons


def _refuse_strangers(lines: list[OrderLine], pks: Iterable[int]) -> None:
    if set(pks) - {line.pk for line in lines}:
        raise OrderRefused(_("One of these lines is not a line of this order."))


def _together(reasons: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(reasons))


def _decline(line: OrderLine, reason: str, by: User | None) -> None:
    take_back(line, by=by)
    line.state, line.reason, line.done_at = LineState.DECLINED, reason, None
    line.save(update_fields=["state", "reason", "done_at"])


def _recount(order: Order) -> None:
    """What the order comes to without its declined lines."""
    standing = order.lines.exclude(state=LineState.DECLINED).values_list("net", "vat_rate")
    sums = sums_of(standing)
    order.valid_net, order.valid_vat = sums.net, sums.vat_sum
    order.save(update_fields=["valid_net", "valid_vat"])


def _conclude(order: Order, lines: list[OrderLine], state: str, *, by: User | None, reason: str = "") -> Order:
    """The contract stands: what was not declined is accepted, and delivered as far as it can be at once."""
    accepted = [line for line in lines if not line.is_declined]
    for line in accepted:
        line.state, line.reason = LineState.ACCEPTED, ""
        line.save(update_fields=["state", "reason"])
    _go(order, state, by=by, reason=reason)
    for line in accepted:
        deliver(line)
    _finish(order, by)
    tasks.make_confirmation.defer(order=str(order.pk))
    return order


@transaction.atomic
def agree(order: Order, *, by: User | None, reason: str = "") -> Order:
    """The customer says yes to what the vendor offers of their order: the contract, delivered at once.

    reason: how, where staff note it for them. Raises OrderRefused.
    """
    order = _locked(order)
    _refuse_unless_offered(order)
    return _conclude(order, _lines(order), State.PARTLY, by=by, reason=reason)


@transaction.atomic
def withdraw(order: Order, *, by: User | None, reason: str = "") -> Order:
    """The customer does not want what the vendor offers of their order; there was no contract. Raises OrderRefused."""
    order = _locked(order)
    _refuse_unless_offered(order)
    return _call_off(order, by=by, reason=reason)


def _refuse_unless_offered(order: Order) -> None:
    if order.state != State.OFFERED:
        raise OrderRefused(_("This order does not wait for the customer's answer any more."))


def _finish(order: Order, by: User | None) -> None:
    """Fulfilled once nothing of it is left to be done."""
    states = set(order.lines.values_list("state", flat=True))
    if states and states <= {LineState.DONE, LineState.DECLINED} and LineState.DONE in states:
        _go(order, State.FULFILLED, by=by)


@transaction.atomic
def settle(
    order: Order, *, by: User | None, done: Iterable[int] = (), taken_back: Mapping[int, str] | None = None
) -> Order:
    """Staff mark accepted lines as done and take others back, with everything they gave: all of it, or nothing.

    done: ids of lines. taken_back: id of a line -> reason. Without a line left the order is cancelled. One mail says
    what became of the order. Raises OrderRefused.
    """
    order, done, reasons = _locked(order), list(done), dict(taken_back or {})
    if not done and not reasons:
        return order
    lines, was = _lines(order), order.state
    _refuse_strangers(lines, [*done, *reasons])
    for line in lines:
        if line.pk in done:
            _refuse_line_unless("done", order, line, _("Only an accepted line can be marked as done."))
            mark_done(line)
        if line.pk in reasons:
            _refuse_line_unless("take_back", order, line, _("Only an accepted line can be taken back."))
            _decline(line, reasons[line.pk], by)
    reason = _together(reasons.values())
    _move_on(order, by, reason, is_less=bool(reasons))
    if order.state != was or reasons:
        mails.mail_state(order, reason)
    return order


def _refuse_line_unless(act: str, order: Order, line: OrderLine, sentence: str) -> None:
    if act not in line_acts(order, line):
        raise OrderRefused(f"{line.name}: {sentence}")


def _move_on(order: Order, by: User | None, reason: str, *, is_less: bool) -> None:
    """The state that follows from the lines; is_less: lines were taken back."""
    if is_less:
        _recount(order)
        is_empty = not order.lines.exclude(state=LineState.DECLINED).exists()
        _go(order, State.CANCELLED if is_empty else State.PARTLY, by=by, reason=reason)
        if is_empty:
            return
    _finish(order, by)


def line_done(line: OrderLine, *, by: User | None) -> Order:
    """Staff mark an accepted line, such as a service, as done. Raises OrderRefused."""
    return settle(line.order, by=by, done=[line.pk])


def cancel_line(line: OrderLine, *, by: User | None, reason: str) -> Order:
    """Staff take one line back, with everything it gave. The last one cancels the order. Raises OrderRefused."""
    return settle(line.order, by=by, taken_back={line.pk: reason})


@transaction.atomic
def fulfil(order: Order, *, by: User | None) -> Order:
    """Staff mark all that is left of an accepted order as done. Raises OrderRefused."""
    order = _locked(order)
    _refuse_unless(order, State.FULFILLED)
    for line in _lines(order):
        if line.state not in (LineState.DECLINED, LineState.DONE):
            mark_done(line)
    _go(order, State.FULFILLED, by=by)
    mails.mail_state(order, "")
    return order


@transaction.atomic
def cancel(order: Order, *, by: User | None, reason: str = "", by_customer: bool = True) -> Order:
    """Cancel an order with everything it gave.

    A customer may until the vendor has answered, staff always with a reason. Raises OrderRefused.
    """
    order = _locked(order)
    if by_customer and order.state == State.OFFERED:
        raise OrderRefused(_("We can deliver a part of this order and have asked for an answer. Please give it here."))
    if by_customer and not order.is_open:
        raise OrderRefused(
            _("This order has been accepted already. If you still want to cancel it, call us: %(phone)s")
            % settings.BRAND
        )
    if not by_customer and not reason.strip():
        raise OrderRefused(_("Please give a reason."))
    return _call_off(order, by=by, reason=reason)


def _call_off(order: Order, *, by: User | None, reason: str) -> Order:
    _refuse_unless(order, State.CANCELLED)
    never_left = order.state == State.WAITING
    for line in _lines(order):
        take_back(line, by=by)
    release_order(order.company, order.number, by=by)
    _go(order, State.CANCELLED, by=by, reason=reason)
    mails.mail_state(order, reason, inside=never_left, by=by)
    return order


@transaction.atomic
def reject(order: Order, *, by: User | None, reason: str = "") -> Order:
    """A licence holder or deputy stops a waiting order. Raises OrderRefused."""
    if _locked(order).state != State.WAITING:
        raise OrderRefused(_("This order does not wait for approval any more."))
    return cancel(order, by=by, reason=reason)
