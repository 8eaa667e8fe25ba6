"""The database's weather: ended sessions, a firewall that forgets, a server that is mute, statements that never end."""

import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django import connector_params

from portal.checks import a_host_of_its_own
from portal.lib.database import trouble_of
from portal.lib.database.pool import LastingPool

from ..threads import ENDS_IN, PATIENCE

ROOT = Path(__file__).resolve().parents[2]
SIZE, VISITORS = 20, 14


class Wire:
    """A TCP port before the tests' server. forget() is a firewall that drops what exists and lets new ones pass."""

    def __init__(self):
        (folder,) = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
        self.server, self.alive, self.open = f"{folder}/.s.PGSQL.5432", True, []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def _welcome(self):
        while self.alive:
            try:
                client, _address = self.door.accept()
            except OSError:
                return
            behind = socket.socket(socket.AF_UNIX)
            behind.connect(self.server)
            line = {"passes": True, "sockets": (client, behind)}
            self.open.append(line)
            for source, target in ((client, behind), (behind, client)):
                threading.Thread(target=self._carry, args=(line, source, target), daemon=True).start()

    @staticmethod
    def _carry(line, source, target):
        try:
            while piece := source.recv(65536):
                if line["passes"]:
                    target.sendall(piece)
            if line["passes"]:
                target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def forget(self):
        for line in self.open:
            line["passes"] = False

    def shut(self):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()

    def close(self):
        self.alive = False
        for one in (self.door, *(end for line in self.open for end in line["sockets"])):
            one.close()


@pytest.fixture
def wire():
    wire = Wire()
    yield wire
    wire.close()


@pytest.fixture
def pool_at():
    """pool_at(conninfo) is a pool as a web process has one, full: SIZE connections lie idle in it."""
    pools = []

    def full(conninfo):
        pool = LastingPool(
            conninfo=conninfo, kwargs={"autocommit": True}, min_size=1, max_size=SIZE, timeout=5, reconnect_timeout=5,
            patience=PATIENCE, open=True,
        )  # fmt: skip
        pools.append(pool)
        busy = [pool.getconn() for _one in range(SIZE)]
        for one in busy:
            pool.putconn(one)
        return pool

    yield full
    for pool in pools:
        pool.close()


def visits(pool, count=VISITORS):
    """(seconds, what the visitor met) of visitors who come at once; "" is a page."""

    def visit(_number):
        began = time.monotonic()
        try:
            with pool.connection() as taken:
                assert taken.execute("select 1").fetchone() == (1,)
            return time.monotonic() - began, ""
        except Exception as error:
            return time.monotonic() - began, repr(error)

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(visit, range(count)))


def met(results):
    return [trouble for _seconds, trouble in results if trouble]


def backends(pool):
    held = [pool.getconn() for _one in range(SIZE)]
    pids = [one.info.backend_pid for one in held]
    for one in held:
        pool.putconn(one)
    return pids


@pytest.mark.parametrize("at_once", [True, False])
def test_twenty_sessions_ended_at_once_cost_no_visitor_an_error(pool_at, at_once):
    """What a restart or a failover does: it was 503 for every third visitor."""
    pool = pool_at(os.environ["DATABASE_URL"])
    pids = backends(pool)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) as pid", [pids])
    results = visits(pool) if at_once else [visits(pool, 1)[0] for _one in range(VISITORS)]
    print("longest wait:", max(seconds for seconds, _trouble in results))
    assert met(results) == []


def test_connections_that_a_firewall_forgot_cost_a_wait_and_no_error(pool_at, wire):
    """Nothing comes back on them, no end either; it was minutes without an answer, or 503."""
    pool = pool_at(f"host=127.0.0.1 port={wire.port} user=postgres dbname=portal")
    wire.forget()
    results = visits(pool, 24)
    print("longest wait:", max(seconds for seconds, _trouble in results))
    assert met(results) == []
    assert max(seconds for seconds, _trouble in results) < ENDS_IN
    assert met(visits(pool)) == [], "and nobody after them"


def test_a_server_that_falls_mute_is_given_up_and_its_late_answer_is_nobody_s(wire, pool_at):
    pool = pool_at(f"host=127.0.0.1 port={wire.port} user=postgres dbname=portal")
    taken = pool.getconn()
    taken.patience = 1
    wire.forget()
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        taken.execute("select 1")
    assert time.monotonic() - began < ENDS_IN
    assert taken.closed, "whoever comes next gets another one"
    pool.putconn(taken)


def test_a_server_that_is_away_is_said_within_seconds(wire, pool_at):
    pool = pool_at(f"host=127.0.0.1 port={wire.port} user=postgres dbname=portal")
    wire.shut()
    wire.forget()
    ((seconds, trouble),) = visits(pool, 1)
    assert "PoolTimeout" in trouble and seconds < ENDS_IN


# --- what the settings ask of every connection ---


def shown(**environment):
    """The session's limits as this process would have them."""
    code = (
        "from django.db import connection as c; k = c.cursor();"
        "k.execute(\"select string_agg(setting, ' ' order by name) from pg_settings where name in "
        "('idle_in_transaction_session_timeout', 'statement_timeout')\"); print(k.fetchone()[0])"
    )
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR")} | {"DEMO": "1"} | environment
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code], cwd=ROOT, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_page_may_take_seconds_and_a_job_an_hour():
    assert shown(PORTAL_WEB="1", DB_POOL="2") == ["60000", "15000"]
    assert shown() == ["900000", "3600000"]
    assert shown(PORTAL_WEB="1", WEB_STATEMENT_SECONDS="4", WEB_IDLE_SECONDS="9") == ["9000", "4000"]


def test_only_the_web_process_is_a_web_process():
    assert "PORTAL_WEB" in (ROOT / "portal" / "wsgi.py").read_text()
    assert "PORTAL_WEB" not in (ROOT / "manage.py").read_text() + (ROOT / "compose.yaml").read_text()


def test_every_connection_is_watched_the_worker_s_listening_one_too():
    for parameters in (connector_params(), connection.get_connection_params()):
        idle, interval, count = (parameters[f"keepalives_{name}"] for name in ("idle", "interval", "count"))
        assert idle + interval * count <= 15
        assert 0 < parameters["tcp_user_timeout"] <= 15_000 and parameters["connect_timeout"] <= 5


# --- what the visitor reads ---


@pytest.fixture
def endless(db):
    """From here on the first statement is ended by the server for taking too long."""

    def slow(execute, sql, params, many, context):
        with connection.cursor() as cursor:
            cursor.cursor.execute("set local statement_timeout = '20ms'; select pg_sleep(5)")

    return lambda: connection.execute_wrapper(slow)


@pytest.mark.parametrize("path", ["/kunde/12345/", "/kunde/12345/dokumente/?q=a", "/admin/", "/health/"])
def test_a_statement_without_end_is_answered_in_words(path, acme, olga, admin, as_, endless):
    client = as_(admin if path == "/admin/" else olga)
    client.raise_request_exception = False
    with endless():
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "20"
    assert "Das hat zu lange gedauert" in answer.content.decode()


def test_the_erp_reads_it_as_json(client, endless):
    client.raise_request_exception = False
    with endless():
        answer = client.get("/erp/v1/orders", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "20"
    assert answer.json() == {"detail": "This took too long. Try again."}


def test_what_is_no_trouble_of_the_database_stays_an_error():
    assert trouble_of(ValueError("x")) == ""
    assert trouble_of(OperationalError("gone")) == "away"
    try:
        raise RuntimeError("a job could not be put") from psycopg.errors.IdleInTransactionSessionTimeout("ended")
    except RuntimeError as error:
        assert trouble_of(error) == "away"


# --- where it runs ---


@pytest.mark.parametrize("told", [{"PORTAL_URL": "https://example.com/portal"}, {"FORCE_SCRIPT_NAME": "/portal"}])
def test_below_a_path_of_another_site_it_says_that_it_wants_a_host(settings, told):
    """Cookies, policy and passkeys count for the whole host."""
    assert a_host_of_its_own(None) == []
    for name, value in told.items():
        setattr(settings, name, value)
    assert [error.id for error in a_host_of_its_own(None)] == ["portal.E003"]
