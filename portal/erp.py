"""The import of a whole export: table by table, each in one transaction, through a staging table filled by COPY."""

import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import connection, transaction

from access.erp import AUTHORISED_PEOPLE
from access.log import act_as
from access.models import AccessEvent
from accounts.erp import CUSTOMERS
from contracts.erp import DOCUMENTS, LICENCES, PRODUCTS
from downloads.erp import RELEASES
from orders.erp import ORDER_LINES, ORDERS
from portal.lib.erp import FileRefused
from portal.lib.erp.files import copies_files
from portal.lib.erp.table import STAGE
from shop.erp import ARTICLES, PRICES

TABLES = [
    CUSTOMERS, AUTHORISED_PEOPLE, PRODUCTS, RELEASES, LICENCES, ARTICLES, PRICES, DOCUMENTS, ORDERS, ORDER_LINES,
]  # fmt: skip


@dataclass
class Result:
    """What became of a file: rows by outcome, the refused ones as (line, reason), seconds. error: the file as a whole."""

    file: str
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    warnings: list = field(default_factory=list)

    @property
    def taken(self):
        return self.new + self.changed + self.same


class _DryRun(Exception):
    pass


def import_export(folder, *, dry_run=False, tell=lambda line: None):
    """Import all tables of a folder. Yields a Result per file that is there.

    dry_run: do everything in one transaction and roll it back. tell(text): called with progress while rows are read.
    """
    if not dry_run:
        yield from (import_table(table, folder, tell) for table in TABLES if (folder / table.file).exists())
        return
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
    yield from results


def import_table(table, folder, tell=lambda line: None):
    """Import one file, in one transaction. Returns a Result; a file of the wrong shape changes nothing."""
    began, result = time.monotonic(), Result(table.file)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Two imports at once would compare with a ledger that the other is writing.
            cursor.execute("select pg_advisory_xact_lock(hashtext('portal.erp'))")
            act_as(kind=AccessEvent.Actor.IMPORT)
            _stage(cursor, table, folder, result, tell)
            _refuse_doubles(cursor, table, result)
            _refuse_strangers(cursor, table, result)
            _compare(cursor, table, result)
            if result.new or result.changed:
                table.apply(cursor)
                _remember(cursor, table)
            cursor.execute(f"drop table {STAGE}")
    except FileRefused as refusal:
        result = Result(table.file, error=str(refusal))
    result.refused.sort()
    result.seconds = time.monotonic() - began
    return result


def _stage(cursor, table, folder, result, tell):
    cursor.execute(table.stage_sql())
    names = ", ".join(name for name, _kind in table.stage_columns())
    refuse = lambda line, reason: result.refused.append((line, reason))  # noqa: E731
    with cursor.copy(f"copy {STAGE} (line, key, said, problem, {names}) from stdin") as copy:
        for count, row in enumerate(table.read(folder, refuse), 1):
            copy.write_row(row)
            if count % 20_000 == 0:
                tell(f"{table.file}: {count:,} rows read")
    cursor.execute(f"create index on {STAGE} (key); analyze {STAGE}")


def _refuse_doubles(cursor, table, result):
    """The first row of a number wins."""
    cursor.execute(
        f"delete from {STAGE} s using {STAGE} earlier where earlier.key = s.key and earlier.line < s.line "
        "returning s.line"
    )
    result.refused += {(line, table.twice) for (line,) in cursor.fetchall()}


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


def _remember(cursor, table):
    cursor.execute(
        f'insert into portal_erprow ("table", key, said) select %s, key, said from {STAGE} '
        'on conflict ("table", key) do update set said = excluded.said',
        [table.file],
    )
