"""The role of web and worker: it reads and writes rows, owns nothing, and changes no table, function or trigger."""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# The bookkeeping of migrations and what they fill.
READ_ONLY = ("django_migrations",)
ROWS = "select, insert, update, delete"


class RoleRefused(Exception):
    """This role cannot be the portal's; the text says why, for people."""


@transaction.atomic
def let_in(role: str, password: str, *, append_only: Collection[str]) -> None:
    """Make the role where it is missing, and give it what the portal's daily work needs, and nothing else.

    password: empty for a server that lets local users in without one. append_only: tables it may read and add to.
    To be called by the owner of the tables, after each migration. Raises RoleRefused where the role can do more.
    """
    with connection.cursor() as cursor:
        # Two at once would trip over each other's rows in the catalogue.
        cursor.execute("select pg_advisory_xact_lock(hashtext('portal.approle'))")
        _make(cursor, role, password)
        _refuse_powers(cursor, role)
        _close_doors(cursor)
        for statement in _grants(append_only):
            names = {"role": sql.Identifier(role), "database": sql.Identifier(connection.settings_dict["NAME"])}
            cursor.execute(sql.SQL(statement).format(**names))


def _make(cursor: CursorWrapper, role: str, password: str) -> None:
    cursor.execute("select current_user = %s, exists(select from pg_roles where rolname = %s)", [role, role])
    is_owner, exists = cursor.fetchone()
    if is_owner:
        raise RoleRefused(f"{role} is the role that makes the tables. Web and worker need another one.")
    if not exists:
        cursor.execute(sql.SQL("create role {} login noinherit").format(sql.Identifier(role)))
    if password:
        # Only the verifier travels, so that no log of statements holds the password.
        verifier = connection.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        statement = sql.SQL("alter role {} password {}")
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))


def _refuse_powers(cursor: CursorWrapper, role: str) -> None:
    cursor.execute(
        "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls,"
        " exists(select from pg_auth_members where member = r.oid),"
        " exists(select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = r.oid"
        " and deptype = 'o' and (dbid = 0 or dbid = (select oid from pg_database where datname = current_database())))"
        " from pg_roles r where rolname = %s",
        [role],
    )
    powerful, member, owner = cursor.fetchone()
    if powerful or member or owner:
        does = "has powers over the server" if powerful else "is a member of others" if member else "owns tables"
        raise RoleRefused(f"{role} {does}. Web and worker need a role that owns nothing and is nobody's member.")


def _close_doors(cursor: CursorWrapper) -> None:
    """What PostgreSQL opens to every role: other databases of ours, and making tables."""
    cursor.execute(
        "select datname from pg_database where datname in ('postgres', 'template1')"
        " and pg_has_role(datdba, 'usage') or datname = current_database()"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    cursor.execute("revoke create on schema public from public")


def _grants(append_only: Collection[str]) -> list[str]:
    return [
        "revoke all on database {database} from {role}",
        # Imports stage their rows in temporary tables.
        "grant connect, temporary on database {database} to {role}",
        "revoke all on schema public from {role}",
        "grant usage on schema public to {role}",
        "revoke all on all tables in schema public from {role}",
        f"grant {ROWS} on all tables in schema public to {{role}}",
        *(f"revoke update, delete on {table} from {{role}}" for table in append_only),
        *(f"revoke insert, update, delete on {table} from {{role}}" for table in READ_ONLY),
        "grant usage, select on all sequences in schema public to {role}",
        "grant execute on all routines in schema public to {role}",
        # Tables of a migration that nobody has followed up yet.
        f"alter default privileges in schema public grant {ROWS} on tables to {{role}}",
        "alter default privileges in schema public grant usage, select on sequences to {role}",
    ]
