"""The demo, loaded once for each process of a run: every later test gets its rows and files as copies."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

from support import incidents

from .. import emptying

SEQUENCES = "select schemaname || '.' || sequencename, last_value from pg_sequences where last_value is not null"


@cache
def _kept():
    """Where the files are kept, and the rows as statements with bytes, once they are there."""
    folder = tempfile.TemporaryDirectory(prefix="demo-")
    return {"folder": folder, "rows": []}


def load():
    """Load the demo into the test's database and its own folder of files."""
    kept = _kept()
    files = Path(kept["folder"].name)
    if kept["rows"]:
        _put_back(kept)
        shutil.copytree(files, settings.DATA_DIR, dirs_exist_ok=True)
        return
    _load_small()
    shutil.copytree(settings.DATA_DIR, files, dirs_exist_ok=True)
    with connection.cursor() as cursor:
        kept["rows"] = emptying.rows_of(cursor)
        cursor.execute(SEQUENCES)
        kept["sequences"] = cursor.fetchall()


def _load_small():
    """Megabytes of random bytes for programs prove nothing in a test."""
    from portal.demo import files

    random_bytes, files._program = files._program, lambda path: path.write_bytes(b"PK\x03\x04" + path.name.encode())
    try:
        call_command("load_demo")
    finally:
        files._program = random_bytes


def _put_back(kept):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for table, statement, rows in kept["rows"]:
            cursor.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
            with cursor.copy(statement) as copy:
                copy.write(rows)
        for name, value in kept["sequences"]:
            cursor.execute("select setval(%s, %s)", [name, value])
        cursor.execute("set local session_replication_role = origin")
    incidents.forget()
