"""The pages that say why: numbered through, in one form, each in the index."""

import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "docs/decisions"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


def test_numbers_have_no_gap():
    assert [path.name[:5] for path in PAGES] == [f"{number:04}-" for number in range(1, len(PAGES) + 1)]


def test_the_index_lists_each_with_its_title():
    named = re.findall(r"^\| (\d{4}) \| \[(.+)\]\((.+)\) \|$", (FOLDER / "README.md").read_text(), re.M)
    assert named == [(path.name[:4], path.read_text().splitlines()[0].removeprefix("# "), path.name) for path in PAGES]


def test_a_page_says_context_decision_and_consequences():
    head = re.compile(r"^\*\*(Context|Decision|Consequences)\.\*\*", re.M)
    heads = {path.name: head.findall(path.read_text()) for path in PAGES}
    assert {name: said for name, said in heads.items() if said != ["Context", "Decision", "Consequences"]} == {}


def test_what_the_code_names_is_there():
    known = {path.name[:4] for path in PAGES}
    sources = [path for path in settings.BASE_DIR.rglob("*.py") if ".venv" not in path.parts]
    named = {number for path in sources for number in re.findall(r"decision (\d{4})", path.read_text())}
    assert named and named <= known
