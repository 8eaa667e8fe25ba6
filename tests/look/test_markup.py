"""The markup of every page of the demo: as the standard wants it, and good for whoever does not look at it."""

import json
import os
import re
import subprocess
from collections import defaultdict

import pytest
from django.conf import settings

from accounts.models import Company, User

from .. import factories as make
from ..demo import once
from . import pages, rules

pytestmark = pytest.mark.django_db
# Put beside it by who wants a second opinion: the validator of the W3C, a program in Java.
VNU = os.environ.get("VNU_JAR", "")
# In front of every login, and what a wrong address gets.
OUTSIDE = ["/", "/anmeldung/password/reset/", "/pass/", "/pass/falsch/", "/einladung/falsch/", "/nirgends/"]
BUTTON = re.compile(r"<button\b(?:{%.*?%}|{{.*?}}|[^>{])*>", re.S)
PEOPLE = ["petra@sonnenhof.example", "dora@sonnenhof.example", "ivo@it-partner.example", "malte@nordlicht.example"]


@pytest.fixture
def demo(db):
    once.load()
    make.NameChangeFactory(company=Company.objects.get(number="12345"))
    make.ChangeFactory()


def wrong_in(looked, place, these=rules.RULES, validate=VNU):
    """{what is wrong: addresses} in pages of {address: html}."""
    wrong = defaultdict(list)
    for path, html in looked.items():
        tree, errors = pages.tree_of(html)
        for said in [*map(str, errors), *rules.problems(tree, these)]:
            wrong[said].append(path)
    if validate:
        wrong |= second_opinion(looked, place)
    return wrong


def second_opinion(looked, place):
    """The same from the validator, all pages in one go."""
    names, place = {}, place / "pages"
    place.mkdir()
    for number, (path, html) in enumerate(looked.items()):
        names[f"{number}.html"] = path
        (place / f"{number}.html").write_text(html)
    command = ["java", "-jar", VNU, "--errors-only", "--format", "json", "--stdout", "--exit-zero-always", str(place)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["messages"]
    wrong = defaultdict(list)
    for one in told:
        wrong[one["message"]].append(names[one["url"].rsplit("/", 1)[-1]])
    return wrong


def all_pages(client, *starts):
    """{address: html} of what a client finds, and of what it is told when it sends each form empty."""
    looked = dict(pages.walk(client, *starts))
    for path, html in list(looked.items()):
        looked.update(pages.refused(client, path, html))
    return looked


def test_the_pages_of_customers(demo, as_, tmp_path):
    """In both languages: what stands on a button and what it is called are two translations."""
    looked = {}
    for email in PEOPLE:
        person = User.objects.get(email=email)
        for language in ("en", "de"):
            User.objects.filter(pk=person.pk).update(language=language)
            seen = all_pages(as_(person), "/")
            assert len(seen) > 30
            looked |= {f"{language} {email} {path}": html for path, html in seen.items()}
    assert wrong_in(looked, tmp_path) == {}


def test_the_pages_of_nobody(demo, as_, tmp_path):
    looked = all_pages(as_(None), *OUTSIDE)
    assert len(looked) > len(OUTSIDE)
    assert wrong_in(looked, tmp_path) == {}


def test_what_no_template_writes():
    """Also where the demo does not lead."""
    sources = {path.name: path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")}
    assert len(sources) > 200
    opened = [(name, tag) for name, source in sources.items() for tag in BUTTON.findall(source)]
    assert [(name, tag) for name, tag in opened if " type=" not in tag] == []
    odd = re.compile(r"\shx-|<ul[^>]* role=\"list\"|<svg[^>]* hidden")
    assert [name for name, source in sources.items() if odd.search(source)] == []


# What Django and import-export draw is theirs; these rules every page of the admin keeps.
IN_THE_ADMIN = [rules.ids_are_unique, rules.attributes_are_html, rules.text_holds_text, rules.lists_hold_items]
OURS_IN_THE_ADMIN = [*IN_THE_ADMIN, rules.references_lead_somewhere, rules.controls_have_one_label]
OURS = re.compile(r"/(decide|hochladen|recall|zurueckrufen|passung|bild)/$")
FOREIGN = "/admin/shop/article/import/"


def test_the_pages_of_staff(demo, as_, tmp_path):
    client = as_(User.objects.get(username="admin"))
    looked = dict(pages.walk(client, "/admin/"))
    assert len(looked) > 100
    looked.pop(FOREIGN)
    own = {path: html for path, html in looked.items() if OURS.search(path)}
    assert len(own) > 3
    assert wrong_in(looked, tmp_path, IN_THE_ADMIN) == {}
    assert wrong_in(own, tmp_path, OURS_IN_THE_ADMIN, validate=False) == {}
