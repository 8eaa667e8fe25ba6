"""The history of an order in sentences: who did what, and what they said."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from .models import ERP, Order, OrderEvent

State = Order.State
# How an order of the portal begins; one of the ERP's tables comes with the state it has.
ASKED = (State.WAITING, State.RECEIVED)


@dataclass(frozen=True)
class Told:
    """sentence: who did what. word: what they wrote with it, or "". is_exact: whether the hour is known."""

    sentence: str
    word: str
    at: datetime
    is_exact: bool


def story_of(order: Order) -> list[Told]:
    """A Told for each step of an order (with events), the newest first."""
    told, before = [], ""
    if not any(event.state in ASKED for event in order.events.all()):
        told.append(Told(_("%(who)s has ordered.") % {"who": _orderer(order)}, "", order.placed_at, is_exact=False))
    for event in order.events.all():
        sentence = _sentence(event, before, order)
        told.append(Told(sentence, event.reason, event.at, is_exact=event.by_name != ERP))
        before = event.state
    return told[::-1]


def _sentence(event: OrderEvent, before: str, order: Order) -> str:
    who = {"who": _who(event, order)}
    if event.state == before and event.state != State.PARTLY:
        return _("%(who)s has changed the order.") % who
    if event.state == State.RECEIVED:
        return (_("%(who)s has approved.") if before == State.WAITING else _("%(who)s has ordered.")) % who
    if event.state == State.CANCELLED:
        return _cancelled(event, before, order) % who
    return _others(before)[event.state] % who


def _others(before: str) -> dict[str, str]:
    partly = {
        State.OFFERED: _("%(who)s has taken what can be delivered."),
        "": _("%(who)s has accepted a part of the order."),
        State.RECEIVED: _("%(who)s has accepted a part of the order."),
    }
    return {
        State.WAITING: _("%(who)s has ordered; the order waits for approval."),
        State.OFFERED: _("%(who)s can deliver a part and asks for your answer."),
        State.ACCEPTED: _("%(who)s has accepted the order."),
        State.PARTLY: partly.get(before, _("%(who)s has taken a part of the order back.")),
        State.FULFILLED: _("Everything has been delivered."),
    }


def _cancelled(event: OrderEvent, before: str, order: Order) -> str:
    if before == State.WAITING and event.by_id != order.ordered_by_id:
        return _("%(who)s has not approved the order.")
    if before == State.OFFERED:
        return _("%(who)s has withdrawn the order.")
    return _("%(who)s has cancelled the order.")


def _who(event: OrderEvent, order: Order) -> str:
    """The person; the vendor where it is the ERP's word or nobody's, the orderer where the order came in by it."""
    if event.by_name and event.by_name != ERP:
        return event.by_name
    return _orderer(order) if event.state in ASKED else settings.BRAND["seller"]


def _orderer(order: Order) -> str:
    return order.orderer_name or order.company.name
