"""docs/settings.md out of portal/settings.py: python -m portal.lib.settings_table writes it; a test compares."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).resolve().parents[2]
SOURCE, TABLE = ROOT / "portal/settings.py", ROOT / "docs/settings.md"
SECTION = re.compile(r"^# --- (.+?) -+$")
KINDS = {
    "str": "text", "int": "number", "bool": "yes/no", "list": "list, by commas", "dj_db_url": "address",
    "dj_email_url": "address",
}  # fmt: skip
HEAD = """# Settings

Environment variables, read once in `portal/settings.py`; this table is made from it (`make settings`). Each can
stand in a file instead, as secrets are mounted: `NAME_FILE` names it; both at once are refused, and a file that cannot
be read, too. What has no default may stay empty where the words say so. `SECRET_KEY`, `ALLOWED_HOSTS`, `PORTAL_URL` and
`DATABASE_URL` are what production needs at least.
"""


@dataclass(frozen=True)
class Row:
    """One variable: its section, name, kind, default as it stands in the code, and the comment above it."""

    section: str
    name: str
    kind: str
    default: str
    words: str


def rows(source: str) -> list[Row]:
    """The variables in the order in which the settings read them."""
    lines = source.splitlines()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    calls.sort(key=lambda node: node.lineno)
    return [_row(node, called.attr, lines) for node in calls if _is_of_env(called := node.func)]


def _is_of_env(called: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "env"


def _row(node: ast.Call, kind: str, lines: list[str]) -> Row:
    default = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
    before = lines[: node.lineno - 1]
    section = next((found[1] for line in reversed(before) if (found := SECTION.match(line))), "")
    name = ast.literal_eval(node.args[0])
    return Row(section, name, KINDS[kind], "" if default in {"''", "[]"} else default, _comment(before))


def _comment(before: list[str]) -> str:
    """The lines of comment right above; those of another section are none."""
    words: list[str] = []
    for line in reversed(before):
        text = line.strip()
        if not text.startswith("#") or SECTION.match(text):
            break
        words.insert(0, text.lstrip("# "))
    return " ".join(words)


def table(source: str) -> str:
    """The page, a table for each section of the settings."""
    page, section = [HEAD], None
    for row in rows(source):
        if row.section != section:
            section = row.section
            page.append(f"\n## {section}\n\n| name | kind | default | |\n| --- | --- | --- | --- |\n")
        default = f"`{row.default}`" if row.default else ""
        page.append(f"| `{row.name}` | {row.kind} | {_cell(default)} | {_cell(row.words)} |\n")
    return "".join(page)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TABLE.write_text(table(SOURCE.read_text()))
