"""The stylesheet and the pages keep to one another."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# The staff's own are loaded on their pages only.
SHEETS = [path for path in STATIC.rglob("*.css") if path.name != "admin.css" and not path.name.startswith("staff-")]
# What only scripts and hx-targets look for.
HOOKS = {"answer"}


def test_the_style_stays_small():
    assert sum(path.stat().st_size for path in SHEETS) < 63_000


def test_every_sheet_stands_in_the_table_of_contents():
    named = set(re.findall(r'@import url\("([^"]+)"\)', (STATIC / "css/portal.css").read_text()))
    assert named == {str(path.relative_to(STATIC / "css")) for path in SHEETS} - {"portal.css"}


def test_every_class_of_a_page_is_drawn():
    drawn = set(re.findall(r"\.([a-z][\w-]*)", "\n".join(path.read_text() for path in SHEETS)))
    strange = set()
    for path in TEMPLATES.rglob("*.html"):
        if "admin" in path.parts:
            continue
        source = re.sub(r"{%.*?%}|{{.*?}}", lambda tag: " " if tag[0].startswith("{%") else "\0", path.read_text())
        for names in re.findall(r'class="([^"]*)"', source):
            strange |= {(path.name, name) for name in names.split() if "\0" not in name and name not in drawn | HOOKS}
    assert strange == set()


def test_dark_mode_only_points_tokens_elsewhere():
    for path in SHEETS:
        if path.name != "tokens.css":
            assert "prefers-color-scheme" not in path.read_text(), path.name


@pytest.mark.parametrize("query", ["prefers-reduced-motion", "forced-colors: active"])
def test_the_wishes_of_the_system_count(query):
    assert any(query in path.read_text() for path in SHEETS)


def test_static_files_can_be_served_under_names_of_their_content(settings, tmp_path):
    """An @import or picture that does not exist would stop the start of the portal."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    (sheet,) = tmp_path.glob("css/portal.*.css")
    for name in re.findall(r'@import url\("([^"]+)"\)', sheet.read_text()):
        assert (tmp_path / "css" / name).exists()
        assert re.search(r"\.[0-9a-f]{12}\.css$", name)


def test_what_is_served_is_one_sheet_with_all_of_them(settings, tmp_path):
    """A chain of imports costs a visitor a round trip for each; layers and print stay what they are."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "portal.lib.static.OneSheet"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    (sheet,) = tmp_path.glob("css/portal.*.css")
    text = sheet.read_text()
    assert "@import" not in text
    assert text.index("@layer base, layout, components, utilities;") < text.index("@layer base {")
    for path in SHEETS:
        if path.name != "portal.css":
            first = next(line for line in path.read_text().splitlines() if line.endswith("{"))
            assert first in text, path.name
    assert "@media print {" in text
    assert text.count("{") == text.count("}")
