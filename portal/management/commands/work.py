"""The worker: one process for each lane, all of them children of one that has read the code once."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
import time
import traceback

from django.core.management.base import BaseCommand
from django.db import connections
from procrastinate.contrib.django import app

from portal.lanes import LANES

# Time for the running jobs when we are told to stop.
STOP_SECONDS = 12
LONGEST_PAUSE, WELL_AFTER = 30, 60


class Command(BaseCommand):
    help = "Do the queue's jobs: a process per lane (portal/lanes.py), each started again when it ends"

    def handle(self, *args, **options):
        # What is read by now stays shared among the children, as long as the collector does not touch it.
        connections.close_all()
        gc.collect()
        gc.freeze()
        keepers = [Keeper(lane) for lane in LANES]
        self.is_told = False
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, self._stop)
        try:
            while not self.is_told:
                for keeper in keepers:
                    keeper.look()
                time.sleep(0.5)
        finally:
            stop(keepers)

    def _stop(self, *_signal):
        self.is_told = True


class Keeper:
    """Keeps a lane's process alive, with growing pauses where it keeps failing."""

    def __init__(self, lane):
        self.lane, self.pid, self.began, self.failures, self.not_before = lane, None, 0.0, 0, 0.0

    def look(self):
        if self.pid and self.has_ended():
            print(f"The lane {self.lane.name} has ended; it is started again.", file=sys.stderr, flush=True)
            self.failures = 0 if time.monotonic() - self.began > WELL_AFTER else self.failures + 1
            pause = min(LONGEST_PAUSE, 2**self.failures) if self.failures > 1 else 0
            self.not_before = time.monotonic() + pause
        if self.pid is None and time.monotonic() >= self.not_before:
            self.began = time.monotonic()
            self.pid = os.fork() or work(self.lane)

    def has_ended(self):
        """Whether the process is no more; it is forgotten then."""
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = None
        return self.pid is None


def work(lane):
    """The child: does the lane's jobs until it is told to stop, and never returns."""
    status = 1
    try:
        # After a kill -9 of the parent nobody is left taking jobs.
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, signal.SIG_DFL)
        with app.replace_connector(app.connector.get_worker_connector()):
            asyncio.run(_work(lane))
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


async def _work(lane):
    async with app.open_async():
        await app.run_worker_async(
            queues=list(lane.queues),
            name=lane.name,
            concurrency=lane.at_once,
            delete_jobs="successful",
            shutdown_graceful_timeout=STOP_SECONDS - 2,
        )


def stop(keepers):
    """Let the running jobs end; then end their processes."""
    for keeper in keepers:
        if keeper.pid:
            os.kill(keeper.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end and not all(keeper.has_ended() for keeper in keepers):
        time.sleep(0.1)
    for keeper in keepers:
        if keeper.pid:
            os.kill(keeper.pid, signal.SIGKILL)
            os.waitpid(keeper.pid, 0)
