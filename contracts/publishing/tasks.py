"""What the worker does with publications."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import working


@app.task(queue="heavy", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name=working.TASK)
def work_on_publication(publication: str) -> None:
    """Judge, publish or recall; run again, it goes on where it stopped."""
    working.work_on(publication)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="cron", queueing_lock="watch_publications", name="watch_publications")
def watch_publications(timestamp: int) -> None:
    """Publications whose job is gone are broken off, and can be started again."""
    working.mark_broken()
