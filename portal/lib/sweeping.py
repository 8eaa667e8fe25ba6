"""What ends by itself: which job lets go the rows of which tables, and the one report of what it did last.

A job says by `sweeps` whose rows end in it. What it deletes is counted as the statements pass by, so that no work has
to count for itself, and is kept in portal_sweep, a row for each table: staff read it, and the worker's next run writes
over it.
"""

import re
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

DELETE = re.compile(r'\s*delete from "?(\w+)"?', re.IGNORECASE)
# "app.Model" -> the name of the job in which its rows end.
SWEPT: dict[str, str] = {}
_failures: ContextVar[list[str] | None] = ContextVar("failures", default=None)

KEEP = """
    insert into portal_sweep as had ("table", job, at, removed, total, error)
    values (%(table)s, %(job)s, %(at)s, %(removed)s, %(removed)s, %(error)s)
    on conflict ("table") do update set job = excluded.job, at = excluded.at, removed = excluded.removed,
        total = had.total + excluded.removed, error = excluded.error
"""


def sweeps(name: str, *labels: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates the work of a job: rows of these tables end in it. Several jobs may not end those of one table."""
    SWEPT.update(dict.fromkeys(labels, name))

    def decorate(work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def counted(*args: Any, **named: Any) -> Any:
            gone: Counter[str] = Counter()
            failures: list[str] = []
            token = _failures.set(failures)
            try:
                with connection.execute_wrapper(_counting(gone)):
                    return work(*args, **named)
            except Exception as error:
                failures.append(type(error).__name__)
                raise
            finally:
                _failures.reset(token)
                _keep(name, labels, gone, "; ".join(failures))

        return counted

    return decorate


def note_failure(words: str) -> None:
    """A part of the job at work has failed, and stands among the troubles."""
    if (failures := _failures.get()) is not None:
        failures.append(words)


def _counting(gone: Counter[str]) -> Callable[..., Any]:
    def look(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if isinstance(sql, str) and (found := DELETE.match(sql)):
            gone[found[1]] += max(0, context["cursor"].rowcount)
        return result

    return look


def _keep(job: str, labels: tuple[str, ...], gone: Counter[str], error: str) -> None:
    at = timezone.now()
    with connection.cursor() as cursor:
        for label in labels:
            removed = gone[apps.get_model(label)._meta.db_table]
            row: dict[str, Any] = {"table": label, "job": job, "at": at, "removed": removed, "error": error[:300]}
            cursor.execute(KEEP, row)
