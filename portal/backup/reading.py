"""The way back: into an empty database and an empty store, compared with the manifest at the end."""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from . import postgres, rows
from .refused import BackupRefused
from .writing import DUMP, ENCRYPTED, FILES, MANIFEST, PIECE


def restore(path: Path, identity: str = "") -> dict[str, Any]:
    """Bring back what a backup holds; returns its manifest.

    identity: the secret age key ("AGE-SECRET-KEY-1…") of an encrypted one. Raises BackupRefused where the database has
    tables, where a file's name is taken by other bytes, where the file is cut short or the key is wrong, and where
    rows or hashes differ from the manifest. Run again over an empty database: files that came back already are taken.
    """
    if found := rows.tables():
        raise BackupRefused(f"The database is not empty ({len(found)} tables). Restore into an empty one.")
    manifest: dict[str, Any] = {}
    hashes: dict[str, list[Any]] = {}
    with _opened(path, identity) as plain:
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for entry in tar:
                    _take(tar, entry, manifest, hashes)
        except (tarfile.TarError, EOFError) as error:
            raise BackupRefused(f"{path.name} is not whole: {error}") from None
    if not manifest:
        raise BackupRefused(f"{path.name} is not whole: its manifest, which comes last, is missing.")
    _compare(manifest, hashes)
    return manifest


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, manifest: dict[str, Any], hashes: dict[str, list[Any]]) -> None:
    file = tar.extractfile(entry)
    if file is None:
        raise BackupRefused(f"{entry.name} is no file.")
    with tempfile.NamedTemporaryFile() as spool:
        shutil.copyfileobj(file, spool, PIECE)
        spool.seek(0)
        if entry.name == DUMP:
            # All or nothing: a restore that was cut leaves an empty database.
            postgres.run("pg_restore", ["--no-owner", "--no-privileges", "--single-transaction", spool.name])
            connection.close()
        elif entry.name == MANIFEST:
            manifest.update(json.load(spool))
        elif entry.name.startswith(FILES):
            hashes[entry.name.removeprefix(FILES)] = _put(entry.name.removeprefix(FILES), spool)


def _put(name: str, spool: Any) -> list[Any]:
    """Lay the file into the store under its name; returns [bytes, SHA-256] of what was read."""
    digest = hashlib.file_digest(spool, "sha256").hexdigest()
    size = spool.tell()
    spool.seek(0)
    if default_storage.exists(name):
        with default_storage.open(name) as there:
            if hashlib.file_digest(there, "sha256").hexdigest() != digest:
                raise BackupRefused(f"The store has other bytes under {name}. Restore into an empty one.")
    elif (saved := default_storage.save(name, File(spool))) != name:
        default_storage.delete(saved)
        raise BackupRefused(f"The store would not take the name {name}.")
    return [size, digest]


def _compare(manifest: dict[str, Any], hashes: dict[str, list[Any]]) -> None:
    counted = rows.counts()
    differ = [table for table in manifest["tables"] | counted if manifest["tables"].get(table) != counted.get(table)]
    differ += [name for name in manifest["files"] | hashes if manifest["files"].get(name) != hashes.get(name)]
    if differ:
        raise BackupRefused(f"Not as it was written down: {', '.join(sorted(differ)[:20])}")


@contextmanager
def _opened(path: Path, identity: str) -> Iterator[IO[bytes]]:
    """The plain bytes of a backup, decrypted while they are read."""
    with path.open("rb") as file:
        if path.suffix != ENCRYPTED:
            yield file
            return
        yield from _decrypted(file, identity)


def _decrypted(file: IO[bytes], identity: str) -> Iterator[IO[bytes]]:
    import pyrage

    try:
        key = pyrage.x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        raise BackupRefused(f"This is no secret age key: {error}") from None
    reading, writing = os.pipe()
    trouble: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(writing, "wb") as plain:
                pyrage.decrypt_io(file, plain, [key])
        except BrokenPipeError:
            pass
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=decrypt)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as plain:
            yield plain
    except BackupRefused:
        thread.join()
        if trouble:
            raise BackupRefused(f"The backup cannot be opened with this key: {trouble[0]}") from None
        raise
    thread.join()
    if trouble:
        raise BackupRefused(f"The backup is not whole: {trouble[0]}")
