"""What the tables say about the state of the portal, in a handful of short queries, for health and metrics."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

# Jobs that could begin now, by queue, and for how many seconds the oldest has been able to.
QUEUES = """
    select queue_name, count(*),
        max(extract(epoch from now() - greatest(coalesce(scheduled_at, ripe.at), ripe.at)))
    from procrastinate_jobs
    cross join lateral (
        select coalesce(max(at), now()) as at from procrastinate_events
        where job_id = procrastinate_jobs.id and type in ('deferred', 'deferred_for_retry')
    ) as ripe
    where status = 'todo' and (scheduled_at is null or scheduled_at <= now())
    group by queue_name
"""
MAILS = "select state, count(*) from portal_mailhandover where at > now() - interval '1 day' group by state"
TROUBLES = "select count(*) from portal_trouble"
LOGINS = "select coalesce(max(count), 0) from portal_loginday where day = (now() at time zone 'Europe/Berlin')::date"
ORDERS = "select state, count(*) from orders_order where placed_at > now() - interval '1 day' group by state"
CONNECTIONS = "select count(*) from pg_stat_activity where datname = current_database()"


@dataclass(frozen=True)
class Figures:
    """waiting: jobs by queue. oldest: seconds the oldest ripe job of a queue has waited. mails: of one day, by state.
    orders: placed within one day, by state. troubles: what failed for good. logins: of today. connections: to the
    database, of all hosts."""

    waiting: dict[str, int]
    oldest: dict[str, float]
    mails: dict[str, int]
    orders: dict[str, int]
    troubles: int
    logins: int
    connections: int


def read() -> Figures:
    """The figures of this moment."""
    with connection.cursor() as cursor:
        queues = _rows(cursor, QUEUES)
        return Figures(
            waiting={name: count for name, count, _age in queues},
            oldest={name: max(0.0, float(age or 0)) for name, _count, age in queues},
            mails=dict(_rows(cursor, MAILS)),
            orders=dict(_rows(cursor, ORDERS)),
            troubles=_rows(cursor, TROUBLES)[0][0],
            logins=_rows(cursor, LOGINS)[0][0],
            connections=_rows(cursor, CONNECTIONS)[0][0],
        )


def oldest_job() -> float:
    """Seconds the oldest job that could run has waited; 0 where none waits."""
    with connection.cursor() as cursor:
        return max((float(age or 0) for _name, _count, age in _rows(cursor, QUEUES)), default=0.0)


def _rows(cursor: Any, query: str) -> list:
    cursor.execute(query)
    return cursor.fetchall()
