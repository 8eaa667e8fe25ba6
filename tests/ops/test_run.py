"""`python -m portal.run serve` from an empty folder to a page, killed, and started again over the same data."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from portal import run
from portal.lib import processes
from portal.lib.postgres import Server

from ..ports import free_port
from ..threads import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data():
    """A folder that PostgreSQL's own user may enter, also when the tests run as root."""
    # Not pytest's own folder: that is closed to other users.
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        yield Path(place) / "data"


@pytest.fixture
def port():
    return free_port()


def start(data, port):
    """The supervisor, once it has printed the address."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    command = [sys.executable, "-m", "portal.run", "--data", str(data), "--port", str(port), "serve"]
    log = (data.parent / "run.log").open("a+")
    process = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=log, stderr=subprocess.STDOUT)
    until(lambda: fetch(port, "/health/") == 200 or process.poll() is not None, 3 * PATIENCE)
    assert process.poll() is None, (data.parent / "run.log").read_text()
    return process


def fetch(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status
    except OSError as error:
        return getattr(error, "code", None)


def children(pid):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(child) for child in found] + [grand for child in found for grand in children(child)]


def wait_gone(pids):
    until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists() and not is_zombie(pid)])


def is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_start_kill_start_stop(data, port):
    first = start(data, port)
    assert fetch(port, "/anmeldung/login/") == 200
    said = (data.parent / "run.log").read_text()
    assert "DOMUS_12345" in said and "Sonnenhof-2026!" in said and f"http://localhost:{port}/" in said

    # Whoever serves connects as the role that owns nothing; the tables are somebody else's.
    with psycopg.connect(Server(data / "postgres").url()) as owner:
        ours = "select distinct usename from pg_stat_activity where datname = 'portal' and pid <> pg_backend_pid()"
        assert owner.execute(ours).fetchall() == [("portal_app",)]

    # kill -9 of everything, the database too.
    family = children(first.pid)
    server = int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    for pid in [first.pid, *family, server]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    first.wait()
    wait_gone(family)

    began = time.monotonic()
    second = start(data, port)
    print(f"second start: {time.monotonic() - began:.1f} s")
    assert "unchanged" in (data.parent / "run.log").read_text()

    # The database alone dies: it is started again, and the portal goes on by itself.
    server = int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while "had died" not in (data.parent / "run.log").read_text() and time.monotonic() < deadline:
        assert fetch(port, "/anmeldung/login/") in {200, 503, None}
        time.sleep(0.3)
    assert [fetch(port, "/anmeldung/login/") for _try in range(20)] == [200] * 20

    other = subprocess.run(
        [sys.executable, "-m", "portal.run", "--data", str(data), "--port", str(free_port()), "serve"],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
    )  # fmt: skip
    assert other.returncode == 1
    assert "already running" in other.stderr

    family = children(second.pid)
    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE) == 0
    wait_gone(family)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


@pytest.mark.parametrize("family, address", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_that_is_taken_is_said_whichever_address_of_localhost(data, family, address):
    try:
        other = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip("no IPv6 here")
    with other:
        done = subprocess.run(
            [sys.executable, "-m", "portal.run", "--data", data, "--port", str(other.getsockname()[1]), "serve"],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 1 and "is taken by another program" in done.stderr
    assert not (data / "postgres").exists(), "said before anything is set up"


def test_with_a_database_of_ones_own_the_owner_may_come_another_way(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://daily@db/portal")
    with run._database(None) as urls:
        assert (urls.owner, urls.daily) == ("postgresql://daily@db/portal",) * 2, "one role does everything"
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/portal")
    with run._database(None) as urls:
        assert (urls.owner, urls.daily) == ("postgresql://owner@db/portal", "postgresql://daily@db/portal")
    served = run._environment(Path("data"), urls.daily, 8000)
    assert served["DATABASE_URL"] == urls.daily and "DATABASE_OWNER_URL" not in served, "web never learns the owner's"


def test_without_ipv6_the_other_address_is_enough(monkeypatch, port):
    real = socket.socket

    def only_four(family=socket.AF_INET, *more):
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "not here")
        return real(family, *more)

    monkeypatch.setattr(run.socket, "socket", only_four)
    run._refuse_a_taken_port(port)


def test_the_supervisor_starts_its_children_where_linux_s_own_calls_are_missing(monkeypatch):
    monkeypatch.setattr(processes.ctypes, "CDLL", lambda name: object())
    child = run._child(["-c", "print(1)"], dict(os.environ))
    assert child.wait(PATIENCE) == 0


def test_make_alone_prints_the_targets():
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout
    assert set(re.findall(r"make ([a-z]+) ", said)) >= {"help", "run", "import", "test", "lint", "bench"}
