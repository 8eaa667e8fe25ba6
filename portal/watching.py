"""Around every job: its time, and what staff read when it has failed for good."""

import faulthandler
import sys
import time
from typing import Any

from procrastinate import jobs
from procrastinate.job_context import JobContext

from portal.lib import request_id
from portal.lib.each import reason_of
from portal.lib.queue import put_jobs_into_their_transaction
from portal.lib.text import as_uuid

from .lanes import seconds_of

# So often a worker may die over a job before the job is to blame; a stopped server is no fault of a job's.
DEATHS = 4

NOTE = """
    insert into portal_trouble (work, "row", job, reason, tries, since, at)
    values (%(work)s, %(row)s, %(job)s, %(reason)s, 1, now(), now())
    on conflict (work, "row") do update
    set reason = excluded.reason, tries = portal_trouble.tries + 1, at = now(), job = excluded.job
    returning tries
"""
FORGET = """delete from portal_trouble where work = %(work)s and "row" = %(row)s"""
REFUSE = """
    update portal_mailhandover set state = 'refused', reason = %(reason)s, at = now()
    where "key" = %(key)s::uuid and state = 'waiting'
"""


class Clock:
    """Ends the process when one of its jobs takes too long; the job comes back through rescue, the others too.

    faulthandler's thread needs nothing of Python's, so it fires even where C code holds the interpreter.
    """

    def __init__(self) -> None:
        self.ends: dict[int, float] = {}

    def begin(self, job: int, seconds: float) -> None:
        self.ends[job] = time.monotonic() + seconds
        self._wind()

    def end(self, job: int) -> None:
        self.ends.pop(job, None)
        self._wind()

    def _wind(self) -> None:
        if self.ends:
            left = max(0.1, min(self.ends.values()) - time.monotonic())
            faulthandler.dump_traceback_later(left, exit=True, file=sys.__stderr__)
        else:
            faulthandler.cancel_dump_traceback_later()


clock = Clock()


async def watched(call_next: Any, context: JobContext, worker: Any) -> Any:
    """Worker middleware: the job's time runs; a failure for good stands in the admin, until the job succeeds."""
    job = context.job
    request_id.begin(f"job-{job.id}")
    clock.begin(job.id or 0, seconds_of(job.queue))
    try:
        result = await call_next()
    except Exception as error:
        if _is_last(context, error):
            await note_failure(context.app, job, reason_of(error))
        raise
    finally:
        clock.end(job.id or 0)
    if job.attempts:
        await context.app.connector.execute_query_async(FORGET, work=job.task_name, row=row_of(job))
    return result


def _is_last(context: JobContext, error: Exception) -> bool:
    task = context.app.tasks.get(context.job.task_name)
    return task is None or task.get_retry_exception(exception=error, job=context.job) is None


async def note_failure(app: Any, job: jobs.Job, reason: str) -> None:
    """A mail becomes refused, any other job a trouble."""
    if job.task_name == "deliver" and "key" in job.task_kwargs:
        await app.connector.execute_query_async(REFUSE, key=str(job.task_kwargs["key"]), reason=reason)
    else:
        await note_trouble(app, job, reason)


async def note_trouble(app: Any, job: jobs.Job, reason: str) -> int:
    """Returns how often there has been trouble with this job."""
    named = {"work": job.task_name, "row": row_of(job), "job": job.id, "reason": reason}
    return (await app.connector.execute_query_one_async(NOTE, **named))["tries"]


def row_of(job: jobs.Job) -> str:
    """ "order=12 (job 345)": what a job is about. Texts among its arguments are nobody's business here."""
    named = job.task_kwargs.items()
    about = [f"{name}={value}" for name, value in named if isinstance(value, int) or as_uuid(str(value))]
    return " ".join([*about, f"(job {job.id})"])[:200]


def get_ready(app: Any) -> None:
    """Every worker of this app watches its jobs and keeps to their transactions (PROCRASTINATE_ON_APP_READY)."""
    put_jobs_into_their_transaction(app)
    app.worker_defaults["worker_middleware"] = [watched]
