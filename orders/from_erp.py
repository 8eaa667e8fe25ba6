"""What the ERP's tables say of orders that were placed in the portal: each goes on through the machine, as by staff."""

import logging
from collections.abc import Callable, Collection
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _

from portal.lib.erp.applying import reason_of
from portal.lib.erp.table import STAGE

from .models import CONCLUDED, Order
from .states import OrderRefused, accept, cancel, fulfil

logger = logging.getLogger(__name__)
State = Order.State

STAGED = f"""
select s.line, s.state, s.customer, o.id from {STAGE} s join orders_order o on o.number = s.number
where o.form_key is not null order by o.company_id, o.id
"""
# Rows are locked in one order everywhere: companies, then orders.
COMPANIES = f"""
select id from accounts_company where id in (
    select o.company_id from {STAGE} s join orders_order o on o.number = s.number
    where o.form_key is not null and o.state <> s.state
) order by id for update
"""
ORDERS = f"""
select o.id from {STAGE} s join orders_order o on o.number = s.number
where o.form_key is not null and o.state <> s.state order by o.id for update of o
"""
OTHER_LINES = f"""
delete from {STAGE} s using orders_order o
where o.number = s.order_number and o.form_key is not null and not exists (
    select 1 from orders_orderline l where l.order_id = o.id and l.position = s.position
        and l.quantity = s.quantity and l.unit_price = s.unit_price and l.vat_rate = s.vat_rate
) returning s.line
"""


def move_orders(cursor: Any) -> list[tuple[int, str]]:
    """Take the staged states of portal orders on. Returns (line, reason) of the rows that are refused.

    Refused rows leave the stage, so that they are tried again the next time. Raises OperationalError.
    """
    cursor.execute(COMPANIES)
    cursor.execute(ORDERS)
    cursor.execute(STAGED)
    refused = [(line, reason) for line, *row in cursor.fetchall() if (reason := _refusal(*row))]
    cursor.execute(f"delete from {STAGE} where line = any(%s)", [[line for line, _reason in refused]])
    return refused


def _refusal(state: str, customer: str, pk: Any) -> str:
    """Why one order does not go where the ERP says, or "" once it is there."""
    order = Order.objects.select_related("company").get(pk=pk)
    if order.company.number != customer:
        return "the order belongs to another customer"
    try:
        with transaction.atomic():
            _move(order, state)
    except OrderRefused as refusal:
        return f"{order.number}: {refusal}"
    except OperationalError:
        raise
    except DatabaseError as error:
        logger.exception("Order %s", order.number)
        return reason_of(error)
    except Exception as error:
        # One order that cannot be delivered is no reason to leave the others.
        logger.exception("Order %s", order.number)
        return f"{order.number}: {type(error).__name__}: {error}"
    return ""


def _move(order: Order, state: str) -> None:
    if state == order.state or (state in (State.ACCEPTED, State.PARTLY) and order.state in _REACHED[state]):
        return
    if order.state == State.WAITING:
        raise OrderRefused(_("This order waits for approval inside the company and is not ours yet."))
    if order.state == State.OFFERED and state != State.CANCELLED:
        raise OrderRefused(_("This order waits for the customer's answer."))
    if state not in _STEPS:
        raise OrderRefused(_("The ERP's tables cannot say this of an order of the portal."))
    _STEPS[state](order)


# The tables say accepted of what was accepted in part or delivered since, too: the portal delivers at once.
_REACHED: dict[str, Collection[str]] = {State.ACCEPTED: CONCLUDED, State.PARTLY: {State.PARTLY, State.FULFILLED}}
_STEPS: dict[str, Callable[[Order], Order]] = {
    State.ACCEPTED: lambda order: accept(order, by=None),
    State.FULFILLED: lambda order: fulfil(order, by=None),
    State.CANCELLED: lambda order: cancel(order, by=None, reason=_("Cancelled in the ERP."), by_customer=False),
}


def refuse_lines(cursor: Any) -> list[tuple[int, str]]:
    """The lines of portal orders stay as they were ordered. Returns (line, reason) of the rows that say something else.

    The name is not compared: Windows-1252 cannot say every one.
    """
    cursor.execute(OTHER_LINES)
    return [(line, "not as ordered in the portal") for (line,) in cursor.fetchall()]
