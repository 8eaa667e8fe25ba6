"""Templates and translations, all of them."""

import re
from pathlib import Path

import polib
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
FRAME = re.compile(r'{% extends "(base|plain|own)\.html" %}')
TITLE = re.compile(r"{% block (title|heading) %}")
FORBIDDEN = re.compile(r"\sstyle=|\son[a-z]+=|<style|javascript:|\|safe")


def source_of(path):
    return (ROOT / "templates" / path).read_text()


def test_every_template_compiles():
    assert len(TEMPLATES) > 200
    broken = {}
    for path in TEMPLATES:
        try:
            get_template(str(path))
        except Exception as error:
            broken[str(path)] = repr(error)
    assert broken == {}


def test_every_page_has_a_title():
    """A page says in its title where one is."""
    assert len(PAGES) > 100
    framed = {path: source for path in PAGES if FRAME.search(source := source_of(path)) and str(path) not in FRAMES}
    assert [str(path) for path, source in framed.items() if not TITLE.search(source)] == []


def test_nothing_that_the_security_policy_forbids():
    """Nothing inline; scripts stand in files."""
    assert [str(path) for path in TEMPLATES if FORBIDDEN.search(source_of(path))] == []
    scripts = [(str(path), tag) for path in TEMPLATES for tag in re.findall(r"<script[^>]*>", source_of(path))]
    inline = [one for one in scripts if "src=" not in one[1] and 'type="application/json"' not in one[1]]
    assert scripts and inline == []


def test_no_page_speaks_past_the_translators():
    """Text between tags comes out of the catalogue: no German and no bare English sentence in a page."""
    assert {str(path): words for path in PAGES if (words := bare_words(source_of(path)))} == {}


def bare_words(source):
    source = re.sub(r"{% (blocktranslate|comment|blocktrans)\b.*?{% end\1 %}", "", source, flags=re.S)
    source = re.sub(r"{% block width %}.*?{% endblock %}", "", source)
    source = re.sub(r"{[%#{].*?[%#}]}", "", source, flags=re.S)
    source = re.sub(r"<(svg|code|script)\b.*?</\1>", "", source, flags=re.S)
    words = re.sub(r"<[^>]+>|&[a-z#0-9]+;", " ", source, flags=re.S)
    return set(re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", words)) - NAMES


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
