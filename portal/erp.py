"""The import of a whole export: table by table, each in one transaction, through a staging table filled by COPY."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from access.acting import Actor
from access.erp import AUTHORISED_PEOPLE
from accounts.erp import CUSTOMERS
from contracts.erp import DOCUMENTS, LICENCES, PRODUCTS
from downloads.erp import RELEASES
from orders.erp import ORDER_LINES, ORDERS
from portal.lib.erp import FileRefused, Table
from portal.lib.erp.applying import TooManyRefused, apply_rows, reason_of
from portal.lib.erp.files import copies_files
from portal.lib.erp.table import STAGE
from shop.erp import ARTICLES, PRICES

logger = logging.getLogger(__name__)

TABLES = [
    CUSTOMERS, AUTHORISED_PEOPLE, PRODUCTS, RELEASES, LICENCES, ARTICLES, PRICES, DOCUMENTS, ORDERS, ORDER_LINES,
]  # fmt: skip

# So many new and so many changed rows of a file are shown as examples.
EXAMPLES = 5


@dataclass
class Result:
    """What became of a file: rows by outcome, the refused ones as (line, reason), seconds. error: the file as a whole.

    doubts: (line, reason) of new or changed rows that are taken although something in them looks wrong.
    """

    file: str
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    warnings: list = field(default_factory=list)
    doubts: list = field(default_factory=list)
    # Rows of the last imports that are not among the readable ones of this file; the import lets them be.
    gone: int = 0
    examples: list = field(default_factory=list)

    @property
    def taken(self):
        return self.new + self.changed + self.same

    @property
    def rows(self):
        """How many rows the file has."""
        return self.taken + len(self.refused)


class ImportUnderWay(Exception):
    """Another import is at work at this moment, in whatever process."""


class _DryRun(Exception):
    pass


# tell(file, number of rows read so far).
Tell = Callable[[str, int], None]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The only import there is, until the block ends or the process dies. Raises ImportUnderWay."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext('portal.erp.run'))")
        if not cursor.fetchone()[0]:
            raise ImportUnderWay
    try:
        yield
    finally:
        # With a connection that broke the lock has gone by itself.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext('portal.erp.run'))")


def import_export(folder: Path, *, dry_run: bool = False, tell: Tell = lambda file, rows: None) -> Iterator[Result]:
    """Import all tables of a folder. Yields a Result per file that is there.

    dry_run: do everything in one transaction and roll it back. tell: called with progress while rows are read.
    Raises ImportUnderWay.
    """
    with _one_at_a_time():
        yield from _dry_run(folder, tell) if dry_run else _for_good(folder, tell)


def _for_good(folder, tell):
    yield from (import_table(table, folder, tell) for table in TABLES if (folder / table.file).exists())


def _dry_run(folder, tell):
    results = []
    copying = copies_files.set(False)
    try:
        with transaction.atomic():
            results = [import_table(table, folder, tell) for table in TABLES if (folder / table.file).exists()]
            raise _DryRun
    except _DryRun:
        pass
    finally:
        copies_files.reset(copying)
    return results


def import_table(table: Table, folder: Path, tell: Tell = lambda file, rows: None) -> Result:
    """Import one file, in one transaction. Returns a Result, whatever happens.

    A file of the wrong shape, or one that cannot be imported for another reason, changes nothing and says so in error.
    """
    began = time.monotonic()
    try:
        result = _imported(table, folder, tell)
    except (FileRefused, TooManyRefused) as refusal:
        result = Result(table.file, error=str(refusal))
    except DatabaseError as error:
        logger.exception("Import of %s", table.file)
        result = Result(table.file, error=reason_of(error))
    except Exception as error:
        # The other files of the night are not to wait for a fault of this one.
        logger.exception("Import of %s", table.file)
        result = Result(table.file, error=f"{type(error).__name__}: {error}")
    result.refused.sort()
    result.seconds = time.monotonic() - began
    return result


def _imported(table, folder, tell):
    result = Result(table.file)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two imports at once would compare with a ledger that the other is writing.
        cursor.execute("select pg_advisory_xact_lock(hashtext('portal.erp'))")
        Actor.erp().sign()
        _stage(cursor, table, folder, result, tell)
        _count_gone(cursor, table, result)
        _refuse_doubles(cursor, table, result)
        _refuse_strangers(cursor, table, result)
        _compare(cursor, table, result)
        if result.new or result.changed:
            doubts = _doubts(cursor, table)
            _one_by_one(cursor, table, result)
            _apply(cursor, table, result)
            refused = {line for line, _reason in result.refused}
            result.doubts = [(line, reason) for line, reason in doubts if line not in refused]
        cursor.execute(f"drop table {STAGE}")
    return result


def _doubts(cursor, table):
    if table.doubts is None:
        return []
    cursor.execute(table.doubts.query)
    return sorted((line, reason) for line, *values in cursor.fetchall() for reason in table.doubts.check(*values))


def _one_by_one(cursor, table, result):
    if table.one_by_one is None:
        return
    cursor.execute(f"select line from {STAGE} where said_before is null")
    new = {line for (line,) in cursor.fetchall()}
    for line, reason in table.one_by_one(cursor):
        result.refused.append((line, reason))
        result.new -= line in new
        result.changed -= line not in new


def _apply(cursor, table, result):
    for line, reason, is_new in apply_rows(cursor, table, lambda: _remember(cursor, table)):
        result.refused.append((line, reason))
        result.new -= is_new
        result.changed -= not is_new


def _stage(cursor, table, folder, result, tell):
    tell(table.file, 0)
    cursor.execute(table.stage_sql())
    names = ", ".join(name for name, _kind in table.stage_columns())
    refuse = lambda line, reason: result.refused.append((line, reason))  # noqa: E731
    with cursor.copy(f"copy {STAGE} (line, key, said, problem, {names}) from stdin") as copy:
        for count, row in enumerate(table.read(folder, refuse), 1):
            copy.write_row(row)
            if count % 20_000 == 0:
                tell(table.file, count)
    cursor.execute(f"create index on {STAGE} (key); analyze {STAGE}")


def _refuse_doubles(cursor, table, result):
    """The first row of a number wins, and the first one that names the same row of ours."""
    for columns, reason in [(["key"], table.twice), *((target.columns, target.reason) for target in table.targets)]:
        names, same = ", ".join(columns), " and ".join(f"s.{name} = t.{name}" for name in columns)
        cursor.execute(
            f"delete from {STAGE} s using (select {names}, min(line) as line from {STAGE} group by {names} "
            f"having count(*) > 1) t where {same} and s.line > t.line returning s.line"
        )
        result.refused += [(line, reason) for (line,) in cursor.fetchall()]


def _refuse_strangers(cursor, table, result):
    for reference in table.references:
        values = f"string_to_array(s.{reference.column}, ',')" if reference.many else f"array[s.{reference.column}]"
        cursor.execute(
            f"delete from {STAGE} s where s.{reference.column} <> '' and exists (select 1 from unnest({values}) v "
            f"where not exists (select 1 from {reference.table} t where t.{reference.target} = v)) "
            f"returning s.line, s.{reference.column}"
        )
        gone = cursor.fetchall()
        result.refused += [(line, reference.reason) for line, _value in gone]
        if reference.table == "accounts_company":
            _warn_of_eaten_zeros(cursor, gone, result)
    for excluded in table.excluded:
        cursor.execute(f"delete from {STAGE} s where s.{excluded.column} in ({excluded.query}) returning s.line")
        result.refused += [(line, excluded.reason) for (line,) in cursor.fetchall()]
    cursor.execute(f"delete from {STAGE} where problem is not null returning line, problem")
    result.refused += cursor.fetchall()


def _warn_of_eaten_zeros(cursor, gone, result):
    """Edge 1: a spreadsheet that took customer numbers for numbers."""
    numbers = [number for _line, number in gone if number.isdigit()]
    cursor.execute(
        "select number from accounts_company where number like '0%%' and ltrim(number, '0') = any(%s)", [numbers]
    )
    for (number,) in cursor.fetchall():
        result.warnings.append(f"{number.lstrip('0')} is unknown, but {number} is not: were leading zeros lost?")


def _compare(cursor, table, result):
    """Mark what is new or changed since the last import; what is the same leaves the stage."""
    cursor.execute(
        f"update {STAGE} s set said_before = r.said from portal_erprow r where r.table = %s and r.key = s.key",
        [table.file],
    )
    cursor.execute(f"delete from {STAGE} where said_before = said")
    result.same = cursor.rowcount
    cursor.execute(f"select said_before is null, count(*) from {STAGE} group by 1")
    counts = Counter(dict(cursor.fetchall()))
    result.new, result.changed = counts[True], counts[False]
    cursor.execute(
        f"(select line, said_before, said from {STAGE} where said_before is null order by line limit {EXAMPLES}) union all "
        f"(select line, said_before, said from {STAGE} where said_before is not null order by line limit {EXAMPLES})"
    )
    result.examples = [(line, _as_json(before), _as_json(now)) for line, before, now in cursor.fetchall()]


def _as_json(value):
    return json.loads(value) if isinstance(value, str) else value


def _count_gone(cursor, table, result):
    cursor.execute(
        f"select count(*) from portal_erprow r where r.table = %s and not exists "
        f"(select 1 from {STAGE} s where s.key = r.key)",
        [table.file],
    )
    (result.gone,) = cursor.fetchone()


def _remember(cursor, table):
    cursor.execute(
        f'insert into portal_erprow ("table", key, said) select %s, key, said from {STAGE} '
        'on conflict ("table", key) do update set said = excluded.said',
        [table.file],
    )
