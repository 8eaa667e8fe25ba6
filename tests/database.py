"""The tests' database: migrated once, copied for each run.

Migrating takes half a minute, a copy takes a second. The migrated database is kept as a template, named after what it
was made from, until a migration or a library changes; every run (and every worker of one) works on a copy of its own.
"""

import fcntl
import hashlib
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "test_portal"


def fingerprint():
    """A short hash of what a migrated database is made from: migrations, versions of libraries, roles and settings."""
    made_from = [ROOT / "requirements-dev.lock", ROOT / "portal/settings.py", ROOT / "portal/roles.py"]
    made_from += sorted(ROOT.glob("*/migrations/*.py"))
    digest = hashlib.sha256()
    for path in made_from:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def copy_of_template(connection, name):
    """Point the connection at a new copy of the migrated database; the copy is dropped at the end."""
    server = {key: value for key, value in connection.get_connection_params().items() if key in SERVER}
    template = f"{PREFIX}_{fingerprint()}"
    with _alone(), psycopg.connect(dbname="postgres", autocommit=True, **server) as maintenance:
        _make_template(connection, maintenance, template)
        _drop(maintenance, name)
        maintenance.execute(_named("create database {} template {}", name, template))
    _point(connection, name)
    try:
        yield
    finally:
        connection.close()
        with psycopg.connect(dbname="postgres", autocommit=True, **server) as maintenance:
            _drop(maintenance, name)


SERVER = {"host", "port", "user", "password"}


@contextmanager
def _alone():
    """Two runs at once make one template."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache/test-database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_template(connection, maintenance, template):
    rows = maintenance.execute("select datname from pg_database where datname like %s", [PREFIX + "%"])
    known = [name for (name,) in rows]
    if template in known:
        return
    # Made under another name: one that was interrupted is never taken for whole.
    unfinished = f"{PREFIX}_unfinished"
    for old in known:
        if not _in_use(maintenance, old):
            _drop(maintenance, old)
    connection.settings_dict["TEST"]["NAME"] = unfinished
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    maintenance.execute(_named("alter database {} rename to {}", unfinished, template))


def _in_use(maintenance, name):
    return maintenance.execute("select 1 from pg_stat_activity where datname = %s", [name]).fetchone()


def _point(connection, name):
    connection.close()
    connection.settings_dict["NAME"] = name


def _drop(maintenance, name):
    maintenance.execute(_named("drop database if exists {} with (force)", name))


def _named(text, *names):
    return sql.SQL(text).format(*map(sql.Identifier, names))
