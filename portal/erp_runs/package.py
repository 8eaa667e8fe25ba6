"""A ZIP of the ERP's export: judged before anything of it is unpacked."""

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

FOLDERS = ("dokumente", "versionen")
MOST_FILES = 200_000
MOST_BYTES = 100 * 1024**3
# Text packs to a tenth, and what is packed more than two hundred times is no export.
MOST_RATIO, RATIO_FROM = 200, 1024 * 1024
PIECE = 1024 * 1024
ENCRYPTED = 0x1


class PackageRefused(Refused):
    """The file is no export that can be taken; nothing of it was unpacked."""

    def __init__(self, sentence: str, field: str = "package") -> None:
        super().__init__(sentence, field)


def judge(file: IO[bytes], tables: Iterable[str]) -> dict[str, zipfile.ZipInfo]:
    """What of a ZIP belongs to the export: path in the export -> entry. Other files in it are passed over.

    tables: the names of the ERP's tables. Names, sizes and packing of all entries are looked at, each name may come
    once, and a folder around everything is no matter. Raises PackageRefused.
    """
    try:
        with zipfile.ZipFile(file) as package:
            entries = [entry for entry in package.infolist() if not entry.filename.endswith("/")]
            if len(entries) > MOST_FILES:
                raise PackageRefused(_("The package holds too many files."))
            for entry in entries:
                _check(entry)
            _check_sizes(file, entries)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise PackageRefused(_("This is not a ZIP file that can be read.")) from error
    return _chosen(entries, set(tables))


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


def _check_sizes(file: IO[bytes], entries: list[zipfile.ZipInfo]) -> None:
    file.seek(0, 2)
    # More packed bytes than the file has: entries that lie over each other.
    if sum(entry.file_size for entry in entries) > MOST_BYTES or sum(e.compress_size for e in entries) > file.tell():
        raise PackageRefused(_("The package unpacks to more than can be taken."))


def _chosen(entries: list[zipfile.ZipInfo], tables: set[str]) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    homes = {parts[:-1] for entry in entries if (parts := _parts(entry))[-1] in tables}
    home = min(homes, key=len, default=())
    seen: set[str] = set()
    for entry in entries:
        parts = _parts(entry)
        if parts[: len(home)] != home:
            continue
        inner = parts[len(home) :]
        if not (len(inner) == 1 and inner[0] in tables) and not (len(inner) == 2 and inner[0] in FOLDERS):
            continue
        name = "/".join(inner)
        if name.casefold() in seen:
            raise PackageRefused(_("A file comes twice in the package: %(name)s") % {"name": name[:100]})
        seen.add(name.casefold())
        found[name] = entry
    if not any(name in tables for name in found):
        raise PackageRefused(_("None of the ERP's tables lies in this package, such as kunden.csv."))
    return found


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(unicodedata.normalize("NFC", entry.filename)).parts


def unpack(file: IO[bytes], tables: Iterable[str], folder: Path) -> None:
    """Put what belongs to the export into a folder. Raises PackageRefused, also where the bytes belie the list."""
    chosen = judge(file, tables)
    try:
        with zipfile.ZipFile(file) as package:
            for name, entry in chosen.items():
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                with package.open(entry) as source, target.open("xb") as sink:
                    _copy(source, sink, entry.file_size)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise PackageRefused(_("This is not a ZIP file that can be read.")) from error


def _copy(source: IO[bytes], sink: IO[bytes], most: int) -> None:
    left = most
    while piece := source.read(PIECE):
        left -= len(piece)
        if left < 0:
            raise zipfile.BadZipFile("longer than it says")
        sink.write(piece)


def pack(folder: Path, tables: Iterable[str], target: IO[bytes]) -> None:
    """A folder of the export as a ZIP: its tables, and the files beside them. Raises OSError."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name in tables:
            if (folder / name).is_file():
                package.write(folder / name, name)
        for sub in FOLDERS:
            for path in sorted((folder / sub).glob("*")):
                if path.is_file() and not path.is_symlink():
                    # Papers and programs are packed already.
                    package.write(path, f"{sub}/{path.name}", zipfile.ZIP_STORED)
