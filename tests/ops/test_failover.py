"""A primary dies under load: its standby takes over, the portal goes on by itself, no order is lost or doubled."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from portal.checks import orders_survive_a_crash
from portal.lib.environment import Environment
from portal.lib.postgres import Server, binaries

from ..faults import storm
from .front import ROOT
from .test_worker import until
from .webs import Web, environment_here, people, running  # noqa: F401 - fixture

QUICK = {"full_page_writes": "off", "max_connections": "60", "wal_level": "replica", "hot_standby_feedback": "on"}
# Of each person.
ORDERS = 5


class Pair:
    """A primary with the rows of this test's database, and a standby that has each commit before it is acknowledged."""

    def __init__(self, place, stack):
        self.one, self.two = Server(place / "one", QUICK), Server(place / "two", dict(QUICK))
        self.stack, self.server = stack, connection.get_connection_params()
        self.source = stack.enter_context(self.one.running())
        self._copy_rows()
        self._follow()

    def _copy_rows(self):
        dump = [binaries() / "pg_dump", "-Fc", "-h", self.server["host"], "-U", "postgres", self.server["dbname"]]
        bring = [
            binaries() / "pg_restore",
            "--no-owner",
            "--no-privileges",
            "-h",
            self.one.socket_dir,
            "-U",
            "postgres",
        ]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumped:
            subprocess.run([*bring, "-d", "portal"], stdin=dumped.stdout, check=True)

    def _follow(self):
        self.two.folder.mkdir()
        owner = self.two._owner()
        if owner:
            os.chown(self.two.folder, owner.pw_uid, owner.pw_gid)
        base = ["pg_basebackup", "-D", self.two.cluster, "-R", "-X", "stream", "-c", "fast", "-U", "postgres"]
        self.two._run([*base, "-h", self.one.socket_dir], "No base backup")
        self.stack.enter_context(running_standby(self.two))
        with psycopg.connect(self.source, autocommit=True) as primary:
            primary.execute("alter system set synchronous_standby_names = 'ANY 1 (*)'")
            primary.execute("select pg_reload_conf()")
            waits = "select 1 from pg_stat_replication where sync_state = 'quorum'"
            until(lambda: primary.execute(waits).fetchone(), 60)

    @property
    def url(self):
        hosts = ",".join(quote(str(server.socket_dir), safe="") for server in (self.one, self.two))
        return f"postgresql://postgres@/portal?host={hosts}&port=5432,5432"

    def kill_the_primary(self):
        """kill -9 of it and of all that belongs to it, as a machine goes that loses its power."""
        postmaster = int((self.one.cluster / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True)
        for pid in [postmaster, *map(int, listed.stdout.split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def promote(self):
        with psycopg.connect(self.two.url("postgres"), autocommit=True) as standby:
            assert standby.execute("select pg_promote(true, 60)").fetchone() == (True,)


@contextmanager
def running_standby(server):
    """A server that may not be written to: it is started and ended as it is."""
    server._prepare()
    server._start()
    try:
        yield
    finally:
        server._stop()


class Placed(list):
    """What was acknowledged, and when."""

    def __init__(self):
        self.times = []

    def append(self, order):
        self.times.append(time.monotonic())
        super().append(order)


READ = """
from tempfile import TemporaryFile
from django.db import connections
from orders.models import Order
from portal.erp_runs.exporting import write
from portal.lib.database.standby import from_standby
with from_standby(), TemporaryFile() as target:
    with connections[Order.objects.all().db].cursor() as cursor:
        cursor.execute("select pg_is_in_recovery()")
        seen = cursor.fetchone()[0], Order.objects.count()
    write(target, with_files=False)
print("READ", *seen, Order.objects.all().db, target.closed)
"""


@pytest.mark.django_db(transaction=True)
def test_a_standby_takes_over_and_no_order_is_lost_or_doubled(people, tmp_path_factory, settings):  # noqa: F811
    """Three people order all the time; prints how long nobody could."""
    with ExitStack() as stack:
        pair = Pair(tmp_path_factory.mktemp("pair"), stack)
        environment = environment_here(settings.DATA_DIR, DATABASE_URL=pair.url)
        tables_are_read_from_the_standby(environment | {"STANDBY_DATABASE_URL": pair.two.url()})
        (web,) = stack.enter_context(running(Web(environment)))
        placed = Placed()
        crowd = [storm.Customer(web, login, ORDERS, placed) for login in people]
        for person in crowd:
            person.start()
        until(lambda: len(placed) >= 4 or not any(person.is_alive() for person in crowd), 240)
        killed = time.monotonic()
        pair.kill_the_primary()
        pair.promote()
        promoted = time.monotonic()
        for person in crowd:
            person.join(storm.PATIENCE)
        assert not [person.error for person in crowd if person.error], [person.error for person in crowd]
        stored = orders_in(pair.two.url())
    after = min(moment for moment in placed.times if moment > killed)
    print(f"promoted after {promoted - killed:.1f} s, the next order acknowledged after {after - killed:.1f} s")
    assert len(placed) == len(set(placed)) == ORDERS * len(people)
    assert sorted(stored) == sorted(placed), "what was acknowledged is there, once, and nothing else"


def orders_in(url):
    with psycopg.connect(url) as database:
        return [str(pk) for (pk,) in database.execute("select id from orders_order").fetchall()]


def tables_are_read_from_the_standby(environment):
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", READ]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "READ True 0 default True" in told.stdout, told.stderr
    away = environment | {"STANDBY_DATABASE_URL": "postgresql://postgres@/portal?host=%2Fnowhere"}
    told = subprocess.run(command, cwd=ROOT, env=away, capture_output=True, text=True)
    assert "READ False 0 default True" in told.stdout, "the primary is read instead"
    assert "standby does not answer" in told.stderr


ONE, TWO = "postgresql://u:p%40@one:5432,two/portal", "postgresql://u@/portal?host=%2Fa,%2Fb"


@pytest.mark.parametrize(
    "given, host, port, wanted",
    [
        (ONE, "one,two", "5432,5432", "read-write"),
        (TWO, "/a,/b", None, "read-write"),
        (ONE + "?target_session_attrs=any&sslmode=require", "one,two", "5432,5432", "any"),
        ("postgresql://u@one:6000/portal", None, None, None),
        ("postgresql://u@/portal?host=%2Fa", "/a", None, None),
    ],
)
def test_an_address_may_name_several_hosts(monkeypatch, given, host, port, wanted):
    monkeypatch.setenv("SOME_URL", given)
    read = Environment().dj_db_url("SOME_URL", "", engine="portal.lib.database")
    options = read.get("OPTIONS") or {}
    assert [options.get(name) for name in ("host", "port", "target_session_attrs")] == [host, port, wanted]
    assert read["NAME"] == "portal" and read["USER"] == "u" and read["ENGINE"] == "portal.lib.database"


@pytest.mark.django_db
def test_several_hosts_without_a_commit_that_waits_are_warned_of():
    def said():
        return [warning.id for warning in orders_survive_a_crash(None, None)]

    assert said() == []
    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    try:
        options["host"] = "one,two"
        assert said() == ["portal.W005"]
        with connection.cursor() as cursor:
            cursor.execute("set local synchronous_commit = off")
        assert said() == ["portal.E001"]
    finally:
        options.clear()
        options.update(before)
