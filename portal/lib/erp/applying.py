"""Staged rows become rows of ours; what the database refuses all the same is refused for its row, not for the file."""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, OperationalError, transaction

from .table import STAGE, Table

WHOLE = "erp_whole"
# More than this is no row's fault but the file's, or ours.
MOST = 100


class TooManyRefused(Exception):
    """The database refuses so many rows that the file as a whole is left alone; the text says why."""


def apply_rows(cursor: Any, table: Table, remember: Callable[[], None]) -> list[tuple[int, str, bool]]:
    """Apply the rows of the stage and remember them. Returns (line, reason, is_new) of those the database refuses.

    All at once as a rule. Where that fails nothing of it is done, and halves are tried, down to the single row.
    Raises TooManyRefused, and OperationalError where it is not the rows.
    """
    try:
        _attempt(cursor, table, remember)
        return []
    except OperationalError:
        raise
    except DatabaseError as error:
        cursor.execute(f"create temporary table {WHOLE} on commit drop as select * from {STAGE}")
        cursor.execute(f"create index on {WHOLE} (line)")
        cursor.execute(f"select line from {WHOLE} order by line")
        refused = _apply_parts(cursor, table, remember, [line for (line,) in cursor.fetchall()], error)
        cursor.execute(
            f"select line from {WHOLE} where said_before is null and line = any(%s)", [[line for line, _why in refused]]
        )
        new = {line for (line,) in cursor.fetchall()}
        cursor.execute(f"drop table {WHOLE}")
        return [(line, reason, line in new) for line, reason in refused]


def _apply_parts(
    cursor: Any, table: Table, remember: Callable[[], None], lines: list[int], error: DatabaseError
) -> list[tuple[int, str]]:
    """The same for some lines of which it is known that they fail together."""
    if len(lines) == 1:
        return [(lines[0], reason_of(error))]
    refused = []
    for part in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
        try:
            _attempt(cursor, table, remember, part)
        except OperationalError:
            raise
        except DatabaseError as again:
            refused += _apply_parts(cursor, table, remember, part, again)
        if len(refused) > MOST:
            raise TooManyRefused(f"the database refuses more than {MOST} rows, line {refused[0][0]}: {refused[0][1]}")
    return refused


def _attempt(cursor: Any, table: Table, remember: Callable[[], None], lines: list[int] | None = None) -> None:
    with transaction.atomic():
        if lines is not None:
            cursor.execute(f"drop table {STAGE}")
            cursor.execute(
                f"create temporary table {STAGE} on commit drop as select * from {WHOLE} where line between %s and %s",
                [lines[0], lines[-1]],
            )
            cursor.execute(f"create index on {STAGE} (key); analyze {STAGE}")
        table.apply(cursor)
        remember()
        # Here, where it is known which rows are under way, and not at the end of all; a dry run has no end.
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def reason_of(error: DatabaseError) -> str:
    """What the database says, in one line."""
    diagnosis = getattr(error.__cause__, "diag", None)
    said = (diagnosis and diagnosis.message_primary) or str(error)
    return f"refused by the database: {' '.join(said.split())}"
