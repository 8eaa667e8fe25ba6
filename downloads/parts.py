"""Where an upload's bytes wait until they are published: in a file of DATA_DIR, or as pieces in the store, which all
hosts share."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from time import time
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from django.core.files import File
from django.core.files.storage import default_storage

from portal.lib.storage import beside, sync_folder

from .models import Upload
from .models.upload import folder, quarantine

if TYPE_CHECKING:
    from portal.lib.storage_s3 import Store

PIECE = 1024 * 1024
# Left free for everything else on the disk.
RESERVE = 512 * 1024 * 1024
# A piece arrives within minutes; what is older was left by a process that died.
PIECE_SECONDS = 6 * 3600
# Names in the store; no row names them, so nobody is ever led there.
WAITING, SHUT_AWAY = "uploads/", "quarantine/"


class Part(Protocol):
    """The bytes of one upload that have arrived. Whoever writes has locked its row."""

    def make(self) -> None: ...

    def size(self) -> int | None:
        """How many bytes lie there from the front; None where there is nothing, not even a beginning."""

    def arriving(self) -> Any:
        """A context with a file for one piece, as two may arrive for one place; gone when the block ends."""

    def write(self, offset: int, piece: IO[bytes]) -> None:
        """Durable when it returns; what lay behind the offset was never acknowledged. As before where it fails."""

    def take(self, original: IO[bytes]) -> int:
        """All of a file that lay on this machine, however large; returns its size."""

    def open(self) -> Any:
        """A context with the bytes, to be read from the front."""

    def publish(self) -> None:
        """Give them the upload's name in the store. What lay under it is exchanged."""

    def isolate(self) -> None:
        """Away from where publishing reads from, to where nothing is served from."""

    def readmit(self) -> None:
        """Back from there, to be examined; done already, it changes nothing. Raises FileNotFoundError."""

    def discard(self) -> None:
        """Gone, wherever they lie."""

    def delete(self) -> None: ...


def part_of(upload: Upload) -> Part:
    """The place of an upload's bytes, by where customers' files lie."""
    return InStore(upload) if is_shared() else OnDisk(upload)


def is_shared() -> bool:
    """Whether customers' files lie in an S3-compatible store."""
    return hasattr(default_storage, "pieces")


def has_room(size: int) -> bool:
    """Whether a file of so many bytes may be begun."""
    return is_shared() or shutil.disk_usage(folder()).free >= size + RESERVE


def sweep(known: Collection[str], before: datetime) -> None:
    """Take away what belongs to none of the known uploads (hexes of their keys) and is older than a moment."""
    _sweep_folder(known, before)
    if is_shared():
        store = cast("Store", default_storage)
        for found in store.bucket.objects.filter(Prefix=WAITING):
            if found.key.split("/")[1] not in known and found.last_modified < before:
                store.delete(found.key)


def _sweep_folder(known: Collection[str], before: datetime) -> None:
    for path in folder().iterdir():
        oldest = time() - PIECE_SECONDS if path.suffix == ".piece" else before.timestamp()
        with suppress(FileNotFoundError):
            if path.stem not in known and path.stat().st_mtime < oldest:
                path.unlink()


class _Moved(File):
    """Tells the storage that the file may be moved instead of copied."""

    def temporary_file_path(self) -> str:
        return str(self.name)


class OnDisk:
    """One file that grows."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.path = upload, upload.part

    def make(self) -> None:
        self.path.touch(mode=0o640)
        sync_folder(self.path.parent)

    def size(self) -> int | None:
        try:
            return int(self.path.stat().st_size)
        except FileNotFoundError:
            return None

    @contextmanager
    def arriving(self) -> Iterator[IO[bytes]]:
        path = self.path.with_name(f"{self.upload.pk.hex}.{os.urandom(8).hex()}.piece")
        try:
            with path.open("x+b") as piece:
                yield piece
        finally:
            path.unlink(missing_ok=True)

    def write(self, offset: int, piece: IO[bytes]) -> None:
        with self.path.open("r+b") as part:
            part.truncate(offset)
            part.seek(offset)
            try:
                shutil.copyfileobj(piece, part, PIECE)
                part.flush()
                os.fsync(part.fileno())
            except OSError:
                os.truncate(self.path, offset)
                raise

    def take(self, original: IO[bytes]) -> int:
        with beside(self.path, replace=True) as copy:
            shutil.copyfileobj(original, copy, PIECE)
        return int(self.path.stat().st_size)

    def open(self) -> Any:
        return self.path.open("rb")

    def publish(self) -> None:
        default_storage.delete(self.upload.stored_name)
        with self.path.open("rb") as part:
            default_storage.save(self.upload.stored_name, _Moved(part, str(self.path)))

    def isolate(self) -> None:
        os.replace(self.path, quarantine() / self.upload.pk.hex)

    def readmit(self) -> None:
        if not self.path.exists():
            os.replace(quarantine() / self.upload.pk.hex, self.path)

    def discard(self) -> None:
        (quarantine() / self.upload.pk.hex).unlink(missing_ok=True)
        self.delete()

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)


class InStore:
    """Objects named by where they begin: a piece that comes again is written over, one beside the row is never read."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.prefix = upload, f"{WAITING}{upload.pk.hex}/"
        self.store = cast("Store", default_storage)

    def make(self) -> None:
        """Nothing to be made: the first piece is the beginning."""

    def _pieces(self) -> tuple[list[str], int]:
        """(their names in order as far as one follows the other, where they end)."""
        found, names, end = self.store.pieces(self.prefix), [], 0
        while found.get(name := self._name(end)):
            names.append(name)
            end += found[name]
        return names, end

    def _name(self, offset: int) -> str:
        return f"{self.prefix}{offset:015d}"

    def size(self) -> int | None:
        return self._pieces()[1] or None

    def arriving(self) -> Any:
        return tempfile.TemporaryFile()

    def write(self, offset: int, piece: IO[bytes]) -> None:
        self.store.put(self._name(offset), piece)

    def take(self, original: IO[bytes]) -> int:
        self.store.put(self._name(0), original)
        return self.size() or 0

    def open(self) -> Any:
        return self.store.joined(self._pieces()[0])

    def publish(self) -> None:
        self._join(self.upload.stored_name)

    def isolate(self) -> None:
        self._join(self._shut_away)
        self.delete()

    @property
    def _shut_away(self) -> str:
        return f"{SHUT_AWAY}{self.upload.pk.hex}"

    def readmit(self) -> None:
        if self.size() is None:
            with self.store.open(self._shut_away) as content:
                self.store.put(self._name(0), content)
        self.store.delete(self._shut_away)

    def discard(self) -> None:
        self.store.delete(self._shut_away)
        self.delete()

    def _join(self, name: str) -> None:
        with self.open() as content:
            self.store.put(name, content)

    def delete(self) -> None:
        for name in self.store.pieces(self.prefix):
            self.store.delete(name)
