"""Several people at once, on real connections of their own, and waiting for what others do.

Rows are read before the race, as open pages have read them. PATIENCE proves nothing: it ends a test that would hang for
ever, and is long because machines are busy. Where a test has to show that something ends in time, what it waits for
lasts much longer than ENDS_IN, which is the bound.
"""

import threading
import time
from concurrent.futures import Future, wait
from functools import partial

from django.db import connection, connections

PATIENCE = 300
# What must end after a second or a few has ended by then, on a busy machine too.
ENDS_IN = 40


def beside(work):
    """The Future of a work that begins now, in a thread of its own."""
    future = Future()

    def run():
        try:
            answer, error = work(), None
        except BaseException as raised:
            answer, error = None, raised
        connections.close_all()
        future.set_exception(error) if error else future.set_result(answer)

    threading.Thread(target=run, daemon=True).start()
    return future


def at_once(*works, refused=()):
    """What each of them returned, or the refusal of these kinds that it raised; any other error is raised here."""
    start = threading.Barrier(len(works))

    def run(work):
        start.wait(PATIENCE)
        try:
            return work()
        except refused as refusal:
            return refusal

    futures = [beside(partial(run, work)) for work in works]
    wait(futures, PATIENCE)
    return [future.result(timeout=0) for future in futures]


def until(true, seconds=PATIENCE):
    """What it says as soon as that is true; a test fails here where it does not come."""
    end = time.monotonic() + seconds
    while not (said := true()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
    return said


def waits_for_a_lock():
    """Whether somebody waits for a lock in this test's own database; the server has others beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists(select 1 from pg_locks join pg_stat_activity using (pid) "
            "where not granted and datname = current_database())"
        )
        return cursor.fetchone()[0]
