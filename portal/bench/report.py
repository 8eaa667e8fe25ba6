"""docs/benchmarks/pages.md and pages.json out of what was measured."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks"
# How much dearer a page may be on the large set.
MOST_GROWTH, MOST_GROWTH_OF_SEARCH = 1.25, 1.5
Rows = dict[str, dict[str, Any]]


def write(sets: dict[str, Rows], commit: str, folder: Path = FOLDER) -> None:
    """Both files, over those of the last time; sets are keyed "small" and "large"."""
    folder.mkdir(parents=True, exist_ok=True)
    today = dt.datetime.now(dt.UTC).date()
    text = json.dumps({"commit": commit, "on": str(today), "sets": sets}, indent=1, ensure_ascii=False)
    (folder / "pages.json").write_text(text + "\n")
    (folder / "pages.md").write_text(as_text(sets, f"Commit {commit}, {today}."))


def as_text(sets: dict[str, Rows], when: str) -> str:
    """The table for people."""
    name, rows = list(sets.items())[-1]
    small = sets.get("small", {}) if name != "small" else {}
    bare = sorted(row["bare"] for row in rows.values())[len(rows) // 2]
    lines = [
        f"# Pages, {name} set",
        "",
        f"{when} B is the bare page (`portal/bench/bare`): {bare:.1f} ms of CPU, web and PostgreSQL together.",
        "",
        "| page | web ms | PostgreSQL ms | B | least - most | small set, B | growth | queries | HTML KB | gzip KB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_line(name, row, small.get(name)) for name, row in rows.items()]
    faults = [f"- {name}: {fault}" for name, row in rows.items() for fault in row["faults"]]
    if faults:
        lines += ["", "## Plans to mend", "", *faults]
    return "\n".join(lines) + "\n"


def _line(name: str, row: dict[str, Any], small: dict[str, Any] | None) -> str:
    before = f"{small['ratio']:.1f} | {row['ratio'] / small['ratio']:.2f}" if small else " | "
    cells = [
        name,
        f"{row['web']:.1f}",
        f"{row['database']:.1f}",
        f"**{row['ratio']:.1f}**",
        f"{row['least']:.1f} - {row['most']:.1f}",
        before,
        row["queries"],
        f"{row['size'] / 1000:.1f}",
        f"{row['packed'] / 1000:.1f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"
