"""Compile the catalogues: python -m portal.lib.translations. No gettext programs needed."""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent


def compile_all() -> list[Path]:
    """Write each .mo that is older than its .po. Returns the catalogues written."""
    written = []
    for source in sorted((ROOT / "locale").rglob("*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written.append(source)
    return written


if __name__ == "__main__":
    compile_all()
