"""After a test with transactions of its own: the database as it was after the migrations, and quickly.

Django's way is to truncate every table, which the portal's own refuse, and to make permissions and roles anew; here
rows are deleted past the triggers, and what the migrations had made is put back from memory.
"""

from django.db import transaction
from django.test import TransactionTestCase
from psycopg import sql

TABLES = (
    "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
    "and relname <> 'django_migrations'"
)
COLUMNS = (
    "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped "
    "and attgenerated = ''"
)
# A page that nobody waits for any more may still be at work in a thread of the server: its rows come before the end.
NOBODY_ELSE = """
do $$ begin
    for turn in 1..600 loop
        perform pg_stat_clear_snapshot();
        exit when not exists (
            select 1 from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            and state in ('active', 'idle in transaction')
        );
        perform pg_sleep(0.05);
    end loop;
end $$
"""


def keep(connection):
    """From now on, tests with transactions of their own leave this database as it is at this moment."""
    with connection.cursor() as cursor:
        kept = {name: _rows(cursor, name) for name in _tables(cursor)}
    TransactionTestCase._fixture_teardown = lambda test: _put_back(connection, kept)


def _tables(cursor):
    cursor.execute(TABLES)
    return [name for (name,) in cursor.fetchall()]


def _rows(cursor, table):
    """(statement, bytes) to copy the rows of a table back, None where it has none."""
    cursor.execute(COLUMNS, [table])
    columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
    parts = {"table": sql.Identifier(table), "columns": columns}
    with cursor.copy(sql.SQL("copy (select {columns} from {table}) to stdout").format(**parts)) as copy:
        rows = b"".join(bytes(piece) for piece in copy)
    return (sql.SQL("copy {table} ({columns}) from stdin").format(**parts), rows) if rows else None


def rows_of(cursor):
    """[(table, statement, bytes)] to copy back the rows of every table that has some."""
    found = ((name, _rows(cursor, name)) for name in _tables(cursor))
    return [(name, *kept) for name, kept in found if kept]


def _put_back(connection, kept):
    emptied = sql.SQL("; ").join(sql.SQL("delete from {}").format(sql.Identifier(name)) for name in kept)
    with connection.cursor() as cursor:
        cursor.execute(NOBODY_ELSE)
        with transaction.atomic():
            # Only a superuser gets past the triggers like this, and the tests' own server makes them one.
            cursor.execute("set local session_replication_role = replica")
            cursor.execute(emptied)
            for statement, rows in filter(None, kept.values()):
                with cursor.copy(statement) as copy:
                    copy.write(rows)
