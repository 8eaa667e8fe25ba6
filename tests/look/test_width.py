"""Templates and styles are read in a diff: no line is wider than a screen."""

from pathlib import Path

import pytest
from django.conf import settings

WIDTH = 120
ROOT = Path(settings.BASE_DIR)
SOURCES = sorted(
    path
    for folder, ends in [("templates", {".html", ".txt", ".mail", ".xml"}), ("static", {".css", ".js"})]
    for path in (ROOT / folder).rglob("*")
    if path.suffix in ends
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_end_at_the_width_of_a_diff(path):
    assert [number for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > WIDTH] == []
