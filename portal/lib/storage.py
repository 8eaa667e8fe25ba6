"""The folder that customers' files lie in: each whole or not at all, and gone with what is rolled back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import time
from typing import IO, Any

from django.core.files.storage import FileSystemStorage, Storage

from .database import on_rollback

# What is being written; nothing else in the folders ends like this.
HALF = ".half"
# Nobody writes on one file for so long.
HALF_SECONDS = 24 * 3600
PIECE = 1024 * 1024


class GoesWithRollback(Storage):
    """A file saved inside a transaction that is rolled back goes again, so a job's tries leave nothing behind.

    Where nobody can know whether the transaction was committed (the line broke in that moment), the file stays.
    """

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        saved = super().save(name, content, max_length=max_length)
        on_rollback(partial(self.delete, saved))
        return saved


class WholeFiles(GoesWithRollback, FileSystemStorage):
    """Django's folder of files, but a file has its name only when all of it lies on the disk.

    Raises OSError, and nothing is left, where it cannot be written. A name that is taken is never written over.
    """

    def _save(self, name: str, content: Any) -> str:
        while True:
            full = Path(self.path(name))
            _make_folder(full.parent)
            try:
                self._put(full, content)
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return str(name).replace("\\", "/")

    def _put(self, full: Path, content: Any) -> None:
        given = Path(content.temporary_file_path()) if hasattr(content, "temporary_file_path") else None
        if given and self._moved(given, full):
            return
        with beside(full) as file:
            content.seek(0)
            for piece in content.chunks(PIECE):
                file.write(piece.encode() if isinstance(piece, str) else piece)
            self._give_mode(Path(file.name))
        if given:
            given.unlink(missing_ok=True)

    def _moved(self, given: Path, full: Path) -> bool:
        """Whether a file that lies on the same disk could be given its name, without a moment in which it has none."""
        with given.open("rb") as file:
            os.fsync(file.fileno())
        self._give_mode(given)
        try:
            os.link(given, full)
        except FileExistsError:
            raise
        except OSError:
            return False
        sync_folder(full.parent)
        given.unlink()
        return True

    def _give_mode(self, path: Path) -> None:
        if self.file_permissions_mode is not None:
            path.chmod(self.file_permissions_mode)

    def sweep(self) -> int:
        """Delete what killed processes left half written a day ago; returns how many files went."""
        return sum(sweep_halves(Path(folder)) for folder, _folders, _names in os.walk(self.location))


@contextmanager
def beside(full: Path, *, replace: bool = False) -> Iterator[IO[bytes]]:
    """An open file for what is to lie at a path: it is called so when the block has ended and all is on the disk.

    Nothing is left where the block fails. replace: what lies there is exchanged; else FileExistsError.
    """
    half = full.with_name(f".{full.name}.{os.urandom(4).hex()}{HALF}")
    try:
        with half.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(half, full, replace)
        sync_folder(full.parent)
    finally:
        half.unlink(missing_ok=True)


def _name(half: Path, full: Path, replace: bool) -> None:
    if not replace:
        try:
            # Unlike renaming, it never writes over another's file.
            os.link(half, full)
            return
        except FileExistsError:
            raise
        except OSError:
            # A disk that knows one name for a file only. Ours are drawn by lot, so nobody comes between.
            if full.exists():
                raise FileExistsError(full) from None
    half.replace(full)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk: a file without its name is lost as well."""
    number = os.open(folder, os.O_RDONLY)
    try:
        # Some disks in the network know no such thing, and need none.
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)


def sweep_halves(folder: Path) -> int:
    """Delete the folder's half files that nobody writes on any more; returns how many."""
    gone = 0
    for half in folder.glob(f"*{HALF}"):
        with suppress(FileNotFoundError):
            if half.stat().st_mtime < time() - HALF_SECONDS:
                half.unlink()
                gone += 1
    return gone
