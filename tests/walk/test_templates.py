"""Templates and translations, all of them."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template.loader import get_template

from portal.lib.sentences import CATALOGUE, missing, spoken

# The same in every language.
NAMES = {"PDF", "Windows", "Linux", "macOS", "SHA"}
ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.html"))
PAGES = [
    path
    for path in TEMPLATES
    if "components" not in path.parts and not path.name.startswith("_") and path.parts[0] not in {"admin", "forms"}
]
# What other pages stand in.
FRAMES = {"own.html", "error_inside.html"}


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_template_compiles(path):
    get_template(str(path))


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_every_page_has_a_title(path):
    source = (ROOT / "templates" / path).read_text()
    if re.search(r'{% extends "(base|plain|own)\.html" %}', source) and str(path) not in FRAMES:
        assert re.search(r"{% block (title|heading) %}", source), "a page says in its title where one is"


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_nothing_that_the_security_policy_forbids(path):
    source = (ROOT / "templates" / path).read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|\|safe", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script, "scripts stand in files"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_no_page_speaks_past_the_translators(path):
    """Text between tags comes out of the catalogue: no German and no bare English sentence in a page."""
    source = (ROOT / "templates" / path).read_text()
    source = re.sub(r"{% (blocktranslate|comment|blocktrans)\b.*?{% end\1 %}", "", source, flags=re.S)
    source = re.sub(r"{% block width %}.*?{% endblock %}", "", source)
    source = re.sub(r"{[%#{].*?[%#}]}", "", source, flags=re.S)
    source = re.sub(r"<(svg|code|script)\b.*?</\1>", "", source, flags=re.S)
    words = re.sub(r"<[^>]+>|&[a-z#0-9]+;", " ", source, flags=re.S)
    spoken = set(re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", words)) - NAMES
    assert spoken == set()


def test_every_sentence_has_its_german():
    """make messages writes what is missing into the catalogue."""
    said = list(spoken())
    assert len({sentence.key for sentence in said}) > 500
    assert {key: sentence.place for key, sentence in missing().items()} == {}


def test_german_is_complete():
    catalogue = polib.pofile(str(CATALOGUE))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert len(catalogue) > 300
