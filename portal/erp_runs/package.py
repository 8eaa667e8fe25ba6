"""A ZIP of the ERP's export: judged before anything of it is unpacked."""

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from portal.lib.packages import PackageRefused, copy_entry, entries_of, parts_of, readable

FOLDERS = ("dokumente", "versionen")
MOST_FILES = 200_000
MOST_BYTES = 100 * 1024**3


def judge(file: IO[bytes], tables: Iterable[str]) -> dict[str, zipfile.ZipInfo]:
    """What of a ZIP belongs to the export: path in the export -> entry. Other files in it are passed over.

    tables: the names of the ERP's tables. Names, sizes and packing of all entries are looked at, each name may come
    once, and a folder around everything is no matter. Raises PackageRefused.
    """
    return _chosen(entries_of(file, most_files=MOST_FILES, most_bytes=MOST_BYTES), set(tables))


def _chosen(entries: list[zipfile.ZipInfo], tables: set[str]) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    homes = {parts[:-1] for entry in entries if (parts := parts_of(entry))[-1] in tables}
    home = min(homes, key=len, default=())
    seen: set[str] = set()
    for entry in entries:
        parts = parts_of(entry)
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


def unpack(file: IO[bytes], tables: Iterable[str], folder: Path) -> None:
    """Put what belongs to the export into a folder. Raises PackageRefused, also where the bytes belie the list."""
    chosen = judge(file, tables)
    with readable(), zipfile.ZipFile(file) as package:
        for name, entry in chosen.items():
            target = folder / name
            target.parent.mkdir(exist_ok=True)
            with target.open("xb") as sink:
                copy_entry(package, entry, sink)


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
