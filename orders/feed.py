"""What the vendor's ERP has not seen yet: the events of orders behind a cursor, none left out whatever commits when."""

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from .models import Order, OrderEvent

State = Order.State
# Held while events get their places; the number means nothing but this.
LOCK = 7_240_001
PLACE = """
update orders_orderevent event set place = last.place + fresh.nth
from (select id, row_number() over (order by id) as nth from orders_orderevent where place is null) fresh,
     (select coalesce(max(place), 0) as place from orders_orderevent) last
where event.id = fresh.id
"""


def events_after(cursor: int) -> "QuerySet[OrderEvent]":
    """The events whose place is above a cursor, by place.

    What waits for approval is not the vendor's yet, and what was stopped there never is.

    Ids are given when a row is written and seen when it is committed: read by id, the event of a slow transaction
    would be passed over for ever. Places are given here, to what is committed, one reader after the other.
    """
    _give_places()
    steps = OrderEvent.objects.filter(order=OuterRef("order"))
    has_waited, went_out = (Exists(steps.filter(state=state)) for state in (State.WAITING, State.RECEIVED))
    events = OrderEvent.objects.filter(place__gt=cursor).exclude(order__state=State.WAITING)
    return events.filter(~has_waited | went_out).order_by("place")


def _give_places() -> None:
    if not OrderEvent.objects.filter(place=None).exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(PLACE)
