"""The embedded server under everything a machine does to it. Each test has a cluster of its own."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from portal.lib import postgres
from portal.lib.postgres import DatabaseRefused, Server

from ..threads import PATIENCE, until

FAST = {"fsync": "off"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    """A folder that PostgreSQL's own user may enter, also when the tests run as root."""
    # Not pytest's own folder: that is closed to other users.
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        yield Path(place) / "server"


def rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("select count(*) from kept").fetchone()[0]


def keep_a_row(url):
    with psycopg.connect(url) as connection:
        connection.execute("create table kept (id int); insert into kept values (1)")


def postmaster(folder):
    return int((folder / "cluster" / "postmaster.pid").read_text().split()[0])


def test_data_is_there_at_the_second_start(folder):
    with Server(folder, FAST).running() as url:
        keep_a_row(url)
    assert not Server(folder, FAST).answers()
    with Server(folder, FAST).running() as url:
        assert rows(url) == 1


def test_the_last_user_stops_the_server(folder):
    with Server(folder, FAST).running():
        with Server(folder, FAST).running() as url:
            keep_a_row(url)
        assert rows(url) == 1, "the first user still needs it"
    assert not Server(folder, FAST).answers()


def test_a_killed_owner_leaves_a_server_that_the_next_one_stops(folder):
    code = f"""
import sys, time; sys.path.insert(0, {str(ROOT)!r})
from portal.lib.postgres import Server
with Server({str(folder)!r}, {{"fsync": "off"}}).running():
    print("up", flush=True); time.sleep(600)
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline() == "up\n"
    owner.kill()
    owner.wait()
    assert Server(folder, FAST).answers()
    with Server(folder, FAST).running() as url:
        keep_a_row(url)
    assert not Server(folder, FAST).answers()


def test_a_killed_server_comes_back_with_its_rows(folder):
    with Server(folder).running() as url:
        keep_a_row(url)
        os.kill(postmaster(folder), signal.SIGKILL)
        until(lambda: not Server(folder).answers())
    with Server(folder).running() as url:
        assert rows(url) == 1


def test_a_process_id_that_belongs_to_somebody_else_now(folder):
    with Server(folder, FAST).running() as url:
        keep_a_row(url)
    pid_file = folder / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder}/cluster\n0\n5432\n{folder}/socket\n\n  1 1\nready\n")
    with Server(folder, FAST).running() as url:
        assert rows(url) == 1
    os.kill(os.getpid(), 0)


def test_four_at_once_on_an_empty_folder(folder):
    code = f"""
import sys, time; sys.path.insert(0, {str(ROOT)!r})
from portal.lib.postgres import Server
with Server({str(folder)!r}, {{"fsync": "off"}}).running() as url:
    import psycopg
    print(psycopg.connect(url).execute("select 1").fetchone()[0], flush=True); time.sleep(1)
"""
    crowd = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _one in range(4)]
    assert [process.communicate(timeout=PATIENCE)[0] for process in crowd] == ["1\n"] * 4
    assert not Server(folder, FAST).answers()


def test_half_a_cluster_is_thrown_away(folder):
    (folder / "cluster.init").mkdir(parents=True)
    (folder / "cluster.init" / "PG_VERSION").write_text("half")
    with Server(folder, FAST).running() as url:
        keep_a_row(url)


def test_data_of_another_version_is_refused_with_words(folder):
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseRefused, match="PostgreSQL 12"), Server(folder).running():
        pass


def test_a_long_path_gets_a_short_socket(tmp_path):
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    assert len(str(Server(deep).socket_dir / postgres.SOCKET_FILE)) <= postgres.LONGEST_SOCKET


NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def interpreter_for_nobody():
    """A Python of our version that an ordinary user may run, or None; the venv's may lie below root's home."""
    ours = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if subprocess.run(["test", "-r", str(ROOT / "manage.py")], **NOBODY).returncode:
        return None
    for candidate in (sys.executable, f"/usr/bin/{ours}", f"/usr/local/bin/{ours}"):
        if Path(candidate).exists() and subprocess.run(["test", "-x", candidate], **NOBODY).returncode == 0:
            return candidate
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user all the other tests say the same")
def test_as_an_ordinary_user(folder):
    interpreter = interpreter_for_nobody()
    if interpreter is None:
        pytest.skip("no Python or no checkout here that an ordinary user may read")
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    code = f"""
import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(psycopg.__file__).parents[1])!r}]
from portal.lib.postgres import Server
import psycopg
with Server({str(folder)!r}, {{"fsync": "off"}}).running() as url:
    print(psycopg.connect(url).execute("select 1").fetchone()[0])
"""
    done = subprocess.run([interpreter, "-c", code], text=True, capture_output=True, cwd="/", **NOBODY)
    assert done.stdout == "1\n", done.stderr[-500:]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
def test_as_root_in_a_folder_that_others_may_not_enter(folder):
    """A checkout below root's home: the server passes the closed folder, and the folder stays closed."""
    folder.parent.chmod(0o700)
    with Server(folder, FAST).running() as url:
        keep_a_row(url)
    with Server(folder, FAST).running() as url:
        assert rows(url) == 1
    assert folder.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
def test_where_no_way_leads_in_the_refusal_says_what_to_do(folder, monkeypatch):
    monkeypatch.setattr(Server, "_enters", staticmethod(lambda way, place: False))
    with pytest.raises(DatabaseRefused, match="may not enter"), Server(folder).running():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
def test_where_the_server_s_user_cannot_be_made_the_refusal_says_what_to_do(folder, monkeypatch):
    monkeypatch.setattr(postgres, "OS_USER", "portal-pg-none")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DatabaseRefused, match="could not be made"), Server(folder).running():
        pass


def test_without_proc_postgresql_s_own_look_at_what_a_crash_left_has_to_do(folder, monkeypatch):
    with Server(folder, FAST).running() as url:
        keep_a_row(url)
    monkeypatch.setattr(postgres, "Path", lambda *parts: Path("/nowhere") if parts == ("/proc/self",) else Path(*parts))
    with Server(folder, FAST).running() as url:
        assert rows(url) == 1
