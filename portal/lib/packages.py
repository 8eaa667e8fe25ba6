"""ZIP files that somebody sends: judged before anything of them is unpacked."""

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from .refusals import Refused

# Text packs to a tenth, and what is packed more than two hundred times is a trap.
MOST_RATIO, RATIO_FROM = 200, 1024 * 1024
PIECE = 1024 * 1024
ENCRYPTED = 0x1
UNREADABLE = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error)


class PackageRefused(Refused):
    """The file is no package that can be taken; nothing of it was unpacked."""

    def __init__(self, sentence: str, field: str = "package") -> None:
        super().__init__(sentence, field)


def entries_of(file: IO[bytes], *, most_files: int, most_bytes: int) -> list[zipfile.ZipInfo]:
    """The files in a ZIP, after a look at names, sizes and packing of them all. Raises PackageRefused."""
    try:
        with zipfile.ZipFile(file) as package:
            entries = [entry for entry in package.infolist() if not entry.filename.endswith("/")]
            if len(entries) > most_files:
                raise PackageRefused(_("The package holds too many files."))
            for entry in entries:
                _check(entry)
            _check_sizes(file, entries, most_bytes)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise PackageRefused(_("This is not a ZIP file that can be read.")) from error
    return entries


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    mode = entry.external_attr >> 16
    if (
        not path.parts
        or "\\" in name
        or ":" in name
        or path.is_absolute()
        or ".." in path.parts
        or any(ord(sign) < 32 for sign in name)
    ):
        raise PackageRefused(_("A name in the package leads out of it: %(name)s") % {"name": name[:100]})
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise PackageRefused(_("The package holds a link instead of a file: %(name)s") % {"name": name[:100]})
    if entry.flag_bits & ENCRYPTED:
        raise PackageRefused(_("The package is locked with a password."))
    if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        raise PackageRefused(_("A file in the package unpacks to far more than it is: %(name)s") % {"name": name[:100]})


def _check_sizes(file: IO[bytes], entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    file.seek(0, 2)
    # More packed bytes than the file has: entries that lie over each other.
    if sum(entry.file_size for entry in entries) > most_bytes or sum(e.compress_size for e in entries) > file.tell():
        raise PackageRefused(_("The package unpacks to more than can be taken."))


def parts_of(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """Where it lies in the package: its folders, its name."""
    return PurePosixPath(unicodedata.normalize("NFC", entry.filename)).parts


@contextmanager
def readable() -> Iterator[None]:
    """Bytes that belie the package's list, or cannot be unpacked, become PackageRefused."""
    try:
        yield
    except UNREADABLE as error:
        raise PackageRefused(_("This is not a ZIP file that can be read.")) from error


def copy_entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo, sink: IO[bytes]) -> None:
    """Unpack one file piece by piece, never more than it says. Inside readable()."""
    left = entry.file_size
    with package.open(entry) as source:
        while piece := source.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile("longer than it says")
            sink.write(piece)
