"""Each row by itself: what is wrong with one holds up none of the others, and stands in the admin."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.apps import apps
from django.db import models, transaction

from .plain import defuse
from .sweeping import note_failure

log = logging.getLogger("portal.jobs")


def each(rows: Iterable[Any], do: Callable[[Any], Any]) -> list[tuple[Any, Exception]]:
    """do(row) for each row, in a transaction (or savepoint) of its own. Returns the rows that failed, with what.

    A failure is logged and noted for staff; the note goes when the row succeeds. rows: objects or primary keys.
    """
    work = name_of(do)
    noted = _noted(work)
    failed = []
    for row in rows:
        if error := _alone(work, label_of(row), do, row, noted, transaction.atomic()):
            failed.append((row, error))
    return failed


def steps(*works: Callable[[], Any]) -> None:
    """Each of the works by itself; they see to their own transactions."""
    for work in works:
        name = name_of(work)
        _alone(name, "", _of_no_row(work), None, _noted(name), nullcontext())


def _of_no_row(work: Callable[[], Any]) -> Callable[[Any], Any]:
    return lambda _row: work()


def name_of(function: Callable[..., Any]) -> str:
    """ "access.remind": the app and the work, as staff read it."""
    function = getattr(function, "func", function)
    return f"{function.__module__.split('.')[0]}.{function.__name__.strip('_')}"


def label_of(row: Any) -> str:
    """ "accounts.Company 12", or the key alone."""
    return f"{row._meta.label} {row.pk}" if isinstance(row, models.Model) else str(row)


def _noted(work: str) -> set[str]:
    return set(_troubles().filter(work=work).values_list("row", flat=True))


def _alone(
    work: str, label: str, do: Callable[[Any], Any], row: Any, noted: set[str], own: AbstractContextManager[Any]
) -> Exception | None:
    try:
        with own:
            do(row)
    except Exception as error:
        log.error("%s failed for %s: %s", work, label or "all", type(error).__name__, exc_info=error)
        # Where the database itself is away, this fails too, and with it the job.
        with transaction.atomic():
            _troubles().note(work, label, reason_of(error))
        note_failure(f"{work} {label}".strip())
        return error
    if label in noted:
        _troubles().filter(work=work, row=label).delete()
    return None


def reason_of(error: BaseException) -> str:
    """What went wrong, in one line for staff."""
    return defuse(f"{type(error).__name__}: {error}")[:300]


def _troubles() -> Any:
    return apps.get_model("portal.Trouble").objects
