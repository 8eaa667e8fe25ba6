"""Loaded before everything else: a server for the tests, and the environment the settings read."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from portal.lib.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
_open = ExitStack()
atexit.register(_open.close)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
os.environ.setdefault("DATA_DIR", _open.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-")))
if "DATABASE_URL" not in os.environ:
    # Test data may be lost with the machine; a flush per commit would only cost time.
    server = Server(ROOT / ".cache" / "postgres", {"fsync": "off", "full_page_writes": "off", "max_connections": "200"})
    os.environ["DATABASE_URL"] = _open.enter_context(server.running())


def pytest_configure(config):
    _let_tests_empty_tables()


def _let_tests_empty_tables():
    """Tests with transactions of their own end with TRUNCATE, which the tables of the portal refuse."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self, *args, **options):
        emptying = plain(self, *args, **options)
        # Only a superuser gets past the triggers like this, and the tests' own server makes them one.
        past = ["set session_replication_role = replica", "set session_replication_role = origin"]
        # The queue's tables are not Django's to empty: jobs of one test would be done in the next.
        queue = "truncate procrastinate_jobs cascade"
        return [past[0], queue, *emptying, past[1]] if emptying else []

    DatabaseOperations.sql_flush = sql_flush
