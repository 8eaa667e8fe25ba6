"""When a periodic job runs next."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app


def next_run(job: str, after: datetime | None = None) -> datetime | None:
    """The next moment at which the worker is to do a job; None for one that is not periodic any more."""
    tasks: dict[Any, Any] = app.periodic_registry.periodic_tasks
    moments = [
        task.croniter.get_next(datetime, start_time=after or timezone.now())
        for (name, _id), task in tasks.items()
        if name == job
    ]
    return min(moments, default=None)
