"""Cells that name a file lying beside the export."""

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cells import CellRefused, Parser, fields_of


@dataclass(frozen=True)
class SourceFile:
    """A file beside the export, as found: absolute path, size in bytes, SHA-256 in hex."""

    path: Path
    size: int
    sha256: str


def file_in(subfolder: str, *of: Any) -> Parser:
    """A file name in a subfolder of the export. Gives a SourceFile; refuses what lies outside or is not there.

    of: where the name is kept.
    """
    fields = fields_of(of)
    seen: dict[tuple[Path, int, int], SourceFile] = {}

    def read(cell: str, folder: Path) -> SourceFile:
        home = (folder / subfolder).resolve()
        path = _found(home, cell)
        if any(len(path.name) > field.max_length for field in fields):
            raise CellRefused("file name too long")
        try:
            found = path.stat()
            stamp = (path, found.st_mtime_ns, found.st_size)
            if stamp not in seen:
                with path.open("rb") as content:
                    seen[stamp] = SourceFile(path, found.st_size, hashlib.file_digest(content, "sha256").hexdigest())
        except OSError:
            raise CellRefused("file not readable") from None
        return seen[stamp]

    return Parser(read, "file", fields)


def _found(home: Path, name: str) -> Path:
    """The file of a name. Cells are composed; the folder may have come from a system that writes a and dots."""
    for spelling in (name, unicodedata.normalize("NFD", name)):
        try:
            path = (home / spelling).resolve()
            if not path.is_relative_to(home) or path == home:
                raise CellRefused("file outside the folder")
            if path.is_file():
                return path
        except (OSError, ValueError):
            # A name that no file system takes.
            break
    raise CellRefused("file missing")
