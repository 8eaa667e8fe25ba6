"""Writing a backup: a tar of the database's dump, the files, and a manifest with counts and hashes."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from portal.lib.storage import beside

from . import postgres, rows
from .refused import BackupRefused

DUMP, FILES, MANIFEST = "database.dump", "files/", "manifest.json"
PIECE = 1024 * 1024
ENCRYPTED = ".age"


def write(folder: Path, recipient: str = "") -> Path:
    """Write one backup into the folder and return its path: portal-<moment>.tar, or .tar.age for somebody's key.

    recipient: a public age key ("age1…"); only its other half opens the file again. Database and files are of one
    moment: counts and dump come from one snapshot, and a file that was deleted while we read was deleted by its row.
    Raises BackupRefused when a row's file cannot be read; nothing is left in the folder then.
    """
    moment = timezone.now()
    path = folder / f"portal-{moment:%Y%m%d-%H%M%S}.tar{ENCRYPTED if recipient else ''}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with beside(path) as file, _sealed(file, recipient) as sealed, tarfile.open(fileobj=sealed, mode="w|") as tar:
        # Everything is in it: nobody else on this machine reads along, not even while it is written.
        os.fchmod(file.fileno(), 0o600)
        manifest = _write(tar, moment.isoformat(), folder)
        _add(tar, MANIFEST, io.BytesIO(json.dumps(manifest, indent=1).encode()))
    return path


def _write(tar: tarfile.TarFile, moment: str, folder: Path) -> dict[str, Any]:
    with transaction.atomic(), tempfile.TemporaryFile(dir=folder) as dump:
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute("select pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            # The snapshot lives as long as this transaction, and a large dump takes its time.
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
        counted, names = rows.counts(), list(rows.named_files())
        postgres.run(
            "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"], stdout=dump
        )
        _add(tar, DUMP, dump)
    kept, missing = _add_files(tar, names)
    if missing := [name for name in missing if rows.is_named(name)]:
        raise BackupRefused(f"Files that rows name cannot be read: {', '.join(sorted(missing)[:20])}")
    return {"moment": moment, "tables": counted, "files": kept}


def _add_files(tar: tarfile.TarFile, names: list[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """({name: [bytes, SHA-256]}, those that are not there)."""
    kept: dict[str, list[Any]] = {}
    missing = []
    for name in names:
        try:
            with default_storage.open(name) as file:
                kept[name] = _add(tar, FILES + name, file, file.size)
        except FileNotFoundError:
            missing.append(name)
    return kept, missing


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int | None = None) -> list[Any]:
    """Add a file by its bytes; returns [bytes, SHA-256]."""
    if size is None:
        size = file.seek(0, os.SEEK_END)
    file.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    digest = hashlib.sha256()
    tar.addfile(entry, _Hashing(file, digest.update))
    return [size, digest.hexdigest()]


class _Hashing:
    """A file to read from, whose bytes are told to somebody."""

    def __init__(self, file: IO[bytes], tell: Callable[[bytes], None]) -> None:
        self.file, self.tell = file, tell

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.tell(piece)
        return piece


@contextmanager
def _sealed(file: IO[bytes], recipient: str) -> Iterator[IO[bytes]]:
    """What is written into it arrives in the file, encrypted for the recipient where there is one."""
    if not recipient:
        yield file
        return
    import pyrage

    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise BackupRefused(f"This is no public age key: {error}") from None
    reading, writing = os.pipe()
    trouble: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(reading, "rb") as plain:
                pyrage.encrypt_io(plain, file, [key])
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=encrypt)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as plain:
            yield plain
    finally:
        thread.join()
    if trouble:
        raise trouble[0]
