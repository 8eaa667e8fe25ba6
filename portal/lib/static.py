"""Static files of earlier releases: a page that was open during an upgrade still asks for them."""

import datetime as dt
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from .storage import beside

NOTE = "retired.json"
PACKED = ("", ".gz", ".br")


def retire(root: Path, *, days: int, on: dt.date) -> int:
    """Delete from STATIC_ROOT what has been in no release for so many days; returns how many files went.

    A file's own age says nothing: one of a year ago may have been in use until this minute. So each is noted on the day
    on which it is first missing from the manifest, in retired.json beside it.
    """
    current = _current(root)
    known = _noted(root)
    kept, gone = {}, 0
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or name in current:
            continue
        since = known.get(name, on.isoformat())
        if (on - dt.date.fromisoformat(since)).days >= days:
            path.unlink()
            gone += 1
        else:
            kept[name] = since
    with beside(root / NOTE, replace=True) as note:
        note.write(json.dumps(kept, indent=0, sort_keys=True).encode())
    return gone


def _current(root: Path) -> set[str]:
    """The names that the release just collected answers to, packed ones and the two lists included."""
    manifest = json.loads((root / "staticfiles.json").read_text())["paths"]
    names = {"staticfiles.json", NOTE, *manifest, *manifest.values()}
    return {name + packed for name in names for packed in PACKED}


def _noted(root: Path) -> dict[str, str]:
    try:
        return json.loads((root / NOTE).read_text())
    except (OSError, ValueError):
        return {}


# --- one stylesheet ---

IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?(?: (print))?;')
ADDRESS = re.compile(r'url\("(?!data:)([^"]+)"\)')


def in_one(sheet: Path) -> str:
    """A stylesheet with all that it imports in it: one request instead of a chain of them.

    Understands what ours say: a layer, and print. Addresses in an imported sheet stay right.
    """
    return IMPORT.sub(lambda found: _wrapped(sheet.parent, *found.groups()), sheet.read_text())


def _wrapped(folder: Path, name: str, layer: str | None, medium: str | None) -> str:
    text = in_one(folder / name)
    above = name.rpartition("/")[0]
    if above:
        text = ADDRESS.sub(lambda found: f'url("{posixpath.normpath(f"{above}/{found[1]}")}")', text)
    if layer:
        text = f"@layer {layer} {{\n{text}}}\n"
    return f"@media {medium} {{\n{text}}}\n" if medium else text


class OneSheet(CompressedManifestStaticFilesStorage):
    """Static files under names of their content, packed, the stylesheet with its imports in it."""

    SHEET = "css/portal.css"

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if self.SHEET in paths and not dry_run:
            whole = Path(self.path(self.SHEET))
            # Collected as written; only what is served is joined.
            whole.write_text(in_one(Path(paths[self.SHEET][0].path(paths[self.SHEET][1]))))
            paths = {**paths, self.SHEET: (self, self.SHEET)}
        yield from super().post_process(paths, dry_run, **options)
