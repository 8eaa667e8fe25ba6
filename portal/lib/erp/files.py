"""Files of an export on their way into storage, named by their content: the same bytes are kept once."""

from contextvars import ContextVar
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from .table import STAGE

# A dry run names the files and copies none.
copies_files = ContextVar("copies_files", default=True)

LONGEST_SUFFIX = 10


def store_files(cursor: Any, column: str, folder: str) -> None:
    """Copy the files of all staged rows into storage; adds <column>_stored, the name in storage, to the stage."""
    cursor.execute(f"alter table {STAGE} add column {column}_stored text")
    cursor.execute(f"select distinct {column}_path, {column}_sha256, {column}_size from {STAGE}")
    stored = [(path, _store(Path(path), sha256, size, folder)) for path, sha256, size in cursor.fetchall()]
    update = f"update {STAGE} set {column}_stored = %s where {column}_path = %s"
    cursor.executemany(update, [(name, path) for path, name in stored])


def _store(path: Path, sha256: str, size: int, folder: str) -> str:
    suffix = PurePosixPath(path.name).suffix.lower()
    if not (suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= LONGEST_SUFFIX):
        suffix = ""
    name = f"{folder}/{sha256[:2]}/{sha256}{suffix}"
    if not copies_files.get():
        return name
    if default_storage.exists(name):
        if default_storage.size(name) == size:
            return name
        # A copy that was cut short by a crash.
        default_storage.delete(name)
    with path.open("rb") as content:
        return default_storage.save(name, File(content))
