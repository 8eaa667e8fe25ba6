"""The ERP's cursor leaves nothing out, whatever commits when."""

import random
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client

from orders.feed import events_after
from orders.handover import export_orders
from orders.models import ErpToken, Order, OrderEvent

from .. import factories as make
from ..threads import PATIENCE, beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pull(db):
    """pull(cursor) asks as the ERP does: (numbers of the orders, cursor for the next time)."""
    key = ErpToken.issue("ERP", [ErpToken.Scope.READ])[1]

    def pull(after=0, limit=100):
        headers = {"Authorization": f"Bearer {key}"}
        page = Client().get(f"/erp/v1/orders?after={after}&limit={limit}", headers=headers).json()
        return [change["order"]["number"] for change in page["changes"]], page["cursor"]

    return pull


def place(company, number, pause=lambda: None):
    """An order whose transaction stays open for a while after its event was written."""
    with transaction.atomic():
        make.OrderFactory(company=company, number=number).note_event("received", by=None)
        pause()


def test_a_slow_transaction_is_not_passed_over_by_a_quick_one(acme, pull, tmp_path):
    written, go = threading.Event(), threading.Event()

    def wait():
        written.set()
        go.wait(PATIENCE)

    slow = beside(lambda: place(acme, "TSA-SLOW", wait))
    assert written.wait(PATIENCE)
    place(acme, "TSA-FAST")
    first, cursor = pull()
    exported, next_export = export_orders(tmp_path)
    assert first == ["TSA-FAST"] and exported == 1, "a transaction that lasts holds nothing else up"
    go.set()
    slow.result(PATIENCE)
    assert pull(cursor)[0] == ["TSA-SLOW"]
    assert export_orders(tmp_path, after=next_export)[0] == 1


def test_many_slow_and_quick_ones_with_readers_beside_them(acme, pull):
    """Each of three readers sees each of 60 orders exactly once."""
    numbers = {f"TSA-{number}" for number in range(60)}
    waiting, seen, done = sorted(numbers), [[], [], []], threading.Event()
    draw = random.Random(7)
    pauses = {number: draw.choice([0, 0, 0.01, 0.05, 0.2]) for number in numbers}

    def write():
        while waiting:
            try:
                number = waiting.pop()
            except IndexError:
                return
            place(acme, number, lambda number=number: time.sleep(pauses[number]))

    def read(mine):
        cursor = 0
        while True:
            last_round = done.is_set()
            got, cursor = pull(cursor, limit=7)
            mine += got
            if last_round and not got:
                return

    writers = [beside(write) for _one in range(5)]
    readers = [beside(lambda mine=mine: read(mine)) for mine in seen]
    try:
        for writer in writers:
            writer.result(PATIENCE)
    finally:
        done.set()
    for reader in readers:
        reader.result(PATIENCE)
    for mine in seen:
        assert len(mine) == 60 and set(mine) == numbers
    places = list(OrderEvent.objects.order_by("place").values_list("place", flat=True))
    assert places == list(range(places[0], places[0] + 60)), "no place twice, none left out"


def test_a_transaction_rolled_back_leaves_no_trace(acme, pull):
    with pytest.raises(ValueError, match="broken"), transaction.atomic():
        place(acme, "TSA-NONE")
        raise ValueError("broken")
    place(acme, "TSA-1")
    assert pull()[0] == ["TSA-1"]


def test_a_cursor_from_before_means_the_same(acme, pull):
    """Until now the cursor was an event's id; events of then have their id as place."""
    for number in ("A", "B", "C"):
        place(acme, number)
    ids = list(OrderEvent.objects.order_by("pk").values_list("pk", flat=True))
    connection.cursor().execute("update orders_orderevent set place = id")
    place(acme, "D")
    assert pull(ids[1])[0] == ["C", "D"]
    assert pull(ids[2])[0] == ["D"]


def test_what_waits_is_told_once_it_is_let_through(acme, pull):
    order = make.OrderFactory(company=acme, number="W", state=Order.State.WAITING)
    order.note_event("waiting", by=None)
    place(acme, "TSA-1")
    got, cursor = pull()
    assert got == ["TSA-1"]
    Order.objects.filter(pk=order.pk).update(state="received")
    order.note_event("received", by=None)
    assert pull(cursor)[0] == ["W"]


def test_reading_again_without_news_writes_nothing(acme, django_assert_num_queries):
    place(acme, "TSA-1")
    list(events_after(0))
    with django_assert_num_queries(2):
        assert len(events_after(0)) == 1


def test_what_was_stopped_inside_the_company_is_never_the_vendor_s(acme, pull):
    order = make.OrderFactory(company=acme, number="W", state=Order.State.WAITING)
    order.note_event("waiting", by=None)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    order.note_event("cancelled", by=None)
    assert pull() == ([], 0)
