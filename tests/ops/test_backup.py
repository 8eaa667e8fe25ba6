"""A backup brings back every row and byte of one moment, and says so; PostgreSQL's log brings back any moment."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from psycopg import sql

from portal.backup import rows, writing
from portal.backup.reading import restore
from portal.backup.refused import BackupRefused
from portal.backup.writing import write
from portal.lib.postgres import Server

from .. import factories as make
from ..threads import until
from .production import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def filled(transactional_db, acme, olga):
    """Some rows, and two documents with their files."""
    for content in (b"%PDF-1.7 one", b"%PDF-1.7 two" * 100_000):
        document = make.DocumentFactory(company=acme)
        document.file.save("paper.pdf", ContentFile(content))
    make.OrderFactory(company=acme, ordered_by=olga)
    return acme


@pytest.fixture
def empty():
    """The DATABASE_URL of a new database with nothing in it."""
    url, name = os.environ["DATABASE_URL"], f"restored_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield url.replace("/portal?", f"/{name}?")
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def bring_back(path, url, data, *more):
    keep = {name: os.environ[name] for name in ("PATH",)}
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(path), *more], cwd=ROOT, capture_output=True, text=True,
        env={**keep, **PRODUCTION, "DATABASE_URL": url, "DATA_DIR": str(data)},
    )  # fmt: skip


def rows_of(connect, table):
    """The table's rows as texts, in order."""
    query = sql.SQL("select t::text from {} t order by 1").format(sql.Identifier(table))
    return [row for (row,) in connect.execute(query)]


def compare(url, data):
    """Every row and every byte."""
    from django.db import connection

    with psycopg.connect(url) as there, connection.cursor() as here:
        for table in rows.tables():
            assert rows_of(there, table) == rows_of(here.connection, table), table
    names = list(rows.named_files())
    assert len(names) >= 2
    for name in names:
        assert (data / "files" / name).read_bytes() == default_storage.open(name).read()


def test_every_row_and_byte_comes_back(filled, empty, tmp_path):
    path = write(tmp_path / "backups")
    done = bring_back(path, empty, tmp_path / "there")
    assert done.returncode == 0, done.stderr
    assert "compared by count and hash" in done.stdout
    compare(empty, tmp_path / "there")
    again = bring_back(path, empty, tmp_path / "there")
    assert again.returncode == 1 and "not empty" in again.stderr


def test_nobody_else_on_the_machine_reads_it(filled, tmp_path):
    path = write(tmp_path / "backups")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_an_encrypted_one_opens_with_its_key_only(filled, empty, tmp_path):
    import pyrage

    key, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    path = write(tmp_path / "backups", str(key.to_public()))
    assert path.suffix == ".age" and b"paper" not in path.read_bytes() and filled.name.encode() not in path.read_bytes()
    for name, identity in (("key", key), ("other", other)):
        (tmp_path / name).write_text(str(identity))
    refused = bring_back(path, empty, tmp_path / "there", "--key", str(tmp_path / "other"))
    assert refused.returncode == 1 and "cannot be opened with this key" in refused.stderr
    done = bring_back(path, empty, tmp_path / "there", "--key", str(tmp_path / "key"))
    assert done.returncode == 0, done.stderr
    compare(empty, tmp_path / "there")


def test_what_is_deleted_meanwhile_by_its_row_is_no_fault(filled, tmp_path, monkeypatch):
    document = filled.documents.first()
    dump = writing.postgres.run

    def deleted_meanwhile(*arguments, **more):
        dump(*arguments, **more)
        default_storage.delete(document.file.name)
        with psycopg.connect(**connection_of()) as other:
            other.execute("update contracts_document set file = '' where id = %s", [document.pk])

    monkeypatch.setattr(writing.postgres, "run", deleted_meanwhile)
    path = write(tmp_path / "backups")
    with tarfile.open(path) as tar:
        assert len([name for name in tar.getnames() if name.startswith("files/")]) == 1


def connection_of():
    from django.db import connection

    parameters = connection.get_connection_params()
    return {name: parameters[name] for name in ("dbname", "user", "host") if name in parameters}


def test_a_row_without_its_file_is_said_and_nothing_is_left(filled, tmp_path):
    document = filled.documents.first()
    default_storage.delete(document.file.name)
    with pytest.raises(BackupRefused, match="cannot be read"):
        write(tmp_path / "backups")
    assert not list((tmp_path / "backups").iterdir())


@pytest.mark.parametrize("where", ["in the dump", "in the manifest"])
def test_one_that_was_cut_is_not_taken_for_whole(filled, empty, tmp_path, where):
    path = write(tmp_path / "backups")
    with tarfile.open(path) as tar:
        entry = tar.getmember(writing.DUMP if where == "in the dump" else writing.MANIFEST)
    os.truncate(path, entry.offset_data + entry.size // 2)
    done = bring_back(path, empty, tmp_path / "there")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr


def test_where_rows_are_nothing_is_brought_back(filled, tmp_path):
    with pytest.raises(BackupRefused, match="not empty"):
        restore(write(tmp_path / "backups"))


def test_to_a_point_in_time(tmp_path_factory):
    """Base backup, rows, a moment, a deletion; the server that is made of the base and the log has the rows."""
    first = Server(tmp_path_factory.mktemp("first"))
    second = Server(tmp_path_factory.mktemp("second"), {"fsync": "off"})
    archive = first.folder / "archive"
    first.options = {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f", "fsync": "off"}
    for server in (first, second):
        server._prepare()
    way = first._as_owner()
    subprocess.run([*way, "mkdir", archive], check=True)
    subprocess.run([*way, "rm", "-rf", second.cluster], check=True)
    with first.running() as url, psycopg.connect(url, autocommit=True) as connect:
        connect.execute("create table kept (number int)")
        base = [
            "pg_basebackup",
            "-D",
            second.cluster,
            "-X",
            "none",
            "-c",
            "fast",
            "-U",
            "postgres",
            "-h",
            first.socket_dir,
        ]
        first._run(base, "No base backup")
        connect.execute("insert into kept select generate_series(1, 100)")
        (moment,) = connect.execute("select clock_timestamp()").fetchone()
        connect.execute("delete from kept")
        (segment,) = connect.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
        until(lambda: (archive / segment).exists())
    subprocess.run([*way, "touch", second.cluster / "recovery.signal"], check=True)
    second.options |= {
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_time": moment.isoformat(sep=" "),
        "recovery_target_action": "promote",
    }
    with second.running() as url, psycopg.connect(url) as connect:
        assert connect.execute("select count(*) from kept").fetchone() == (100,)
