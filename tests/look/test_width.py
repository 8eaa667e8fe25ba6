"""Templates and styles are read in a diff: no line is wider than a screen."""

from pathlib import Path

from django.conf import settings

WIDTH = 120
ROOT = Path(settings.BASE_DIR)
SOURCES = sorted(
    path
    for folder, ends in [("templates", {".html", ".txt", ".mail", ".xml"}), ("static", {".css", ".js"})]
    for path in (ROOT / folder).rglob("*")
    if path.suffix in ends
)


def test_lines_end_at_the_width_of_a_diff():
    assert len(SOURCES) > 300
    lines = ((path, number, line) for path in SOURCES for number, line in enumerate(path.read_text().splitlines(), 1))
    assert [f"{path.relative_to(ROOT)}:{number}" for path, number, line in lines if len(line) > WIDTH] == []
