"""Static files of earlier releases: a page that was open during an upgrade still asks for them."""

import datetime as dt
import json
from pathlib import Path

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
