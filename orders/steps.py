"""The four steps of an order as its page draws them: ordered, approved or received, accepted, delivered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import ERP, Order, OrderEvent

State = Order.State
TAKEN = (State.ACCEPTED, State.PARTLY)


@dataclass(frozen=True)
class Step:
    """tone: "done", "now" (the vendor is at it), "wait" (the customer is asked), "next" or "off"."""

    label: str
    note: str
    tone: str

    @property
    def is_current(self) -> bool:
        return self.tone in ("now", "wait", "off")

    @property
    def is_done(self) -> bool:
        return self.tone == "done"


def steps_of(order: Order, approvers: str = "") -> list[Step]:
    """The steps of an order (with lines and events), the ones to come as well; what was called off ends there.

    approvers: the names of who may approve, where it waits for that.
    """
    events = {event.state: event for event in reversed(order.events.all())}
    steps = [
        Step(_("ordered"), _about(order.orderer_name, _day(order.placed_at)), "done"),
        _let_through(order, events, approvers),
        _taken(order, events),
        _delivered(order, events),
    ]
    if order.state != State.CANCELLED:
        return steps
    event = events.get(State.CANCELLED)
    off = Step(_("cancelled"), _noted(event), "off")
    return [*(step for step in steps if step.is_done), off]


def _let_through(order: Order, events: dict[str, OrderEvent], approvers: str) -> Step:
    """Inside the company, where somebody had to approve; else at the vendor's."""
    if order.state == State.WAITING:
        return Step(_("waits for approval"), _("by %(names)s") % {"names": approvers} if approvers else "", "wait")
    received = events.get(State.RECEIVED)
    if State.WAITING in events:
        return Step(_("approved"), _noted(received), "done" if received else "next")
    return Step(_("received"), _about(_seller(), _day(received.at) if received else ""), "done")


def _taken(order: Order, events: dict[str, OrderEvent]) -> Step:
    if order.state == State.RECEIVED:
        return Step(_("being checked"), _("by %(seller)s") % {"seller": _seller()}, "now")
    if order.state == State.OFFERED:
        return Step(_("waits for your answer"), _("a part can be delivered"), "wait")
    if order.state == State.WAITING:
        return Step(_("accepted"), _("%(seller)s checks it after that") % {"seller": _seller()}, "next")
    event = next((events[state] for state in TAKEN if state in events), None)
    label = _("accepted in part") if event and event.state == State.PARTLY else _("accepted")
    is_done = event is not None or order.state != State.CANCELLED
    return Step(label, _day(event.at) if event else "", "done" if is_done else "next")


def _delivered(order: Order, events: dict[str, OrderEvent]) -> Step:
    if order.state == State.FULFILLED:
        event = events.get(State.FULFILLED)
        return Step(_("delivered"), _day(event.at) if event else "", "done")
    if order.state in TAKEN:
        return Step(_("being delivered"), _share(order.lines.all()), "now")
    wish = _("wished for %(day)s") % {"day": date_format(order.wished_on, "d.m.Y")} if order.wished_on else ""
    return Step(_("delivered"), wish, "next")


def _share(lines: Iterable) -> str:
    standing = [line for line in lines if not line.is_declined]
    done = sum(line.is_delivered for line in standing)
    return _("%(done)d of %(count)d done") % {"done": done, "count": len(standing)} if done else ""


def _noted(event: OrderEvent | None) -> str:
    return _about("" if event.by_name == ERP else event.by_name, _day(event.at)) if event else ""


def _about(name: str, day: str) -> str:
    return ", ".join(filter(None, [name, day]))


def _day(moment) -> str:
    return date_format(timezone.localtime(moment), "d.m.Y")


def _seller() -> str:
    return settings.BRAND["seller"]
