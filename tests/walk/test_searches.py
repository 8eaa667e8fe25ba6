"""Every search of the portal: found in the site map and the admin, bounded, and growing evenly with the words."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin as site
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Membership
from accounts.models import Company
from contracts.models import Document
from orders.models import Order
from portal.lib.admin import Searched
from portal.lib.searching import MOST_WORDS, every_word, words_of

from .. import factories as make
from .test_access_table import GET, OUTSIDE, address
from .test_hostile import NASTY, QUERY
from .world import build

SEARCHES = {
    "article_list", "article_suggest", "document_list", "opening_list", "opening_export", "people_list", "access_log",
    "access_log_export", "order_list", "order_export", "chooser", "search",
}  # fmt: skip
TYPED = re.compile(r"'[^']*zqx[^']*'", re.IGNORECASE)
COMPARES = re.compile(r"__(icontains|iregex|regex|istartswith|search|holds)$")
SEARCHED = [model for model, page in site.site._registry.items() if page.search_fields]
PLACES = [
    path
    for path in Path(settings.BASE_DIR).glob("*/**/*.py")
    if not {"tests", "migrations", ".venv", "erp", "demo", "commands"} & set(path.parts)
]


@pytest.fixture
def world(acme, olga, nils):
    make.MembershipFactory(user=olga)
    return build(acme, olga, nils)


def words(count, name="q"):
    return " ".join(f"zqx{name}{n:03}" for n in range(count))


def cost(client, url, asked):
    """(length of all SQL that carries what was asked, joins and conditions in it) of one page."""
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(url, asked)
        assert answer.status_code < 400
        answer.getvalue()
    sql = [query["sql"] for query in caught.captured_queries if "zqx" in query["sql"]]
    text = "\n".join(sql)
    return len(TYPED.sub("''", text)), text.count(" JOIN "), text.count(" LIKE ") + text.count("@@")


def check(client, url, names=("q",)):
    """Whether what is typed there reaches the database; if so, within bounds."""
    asked = {count: {name: words(count, name) for name in names} for count in (1, 2, 3, MOST_WORDS, 100)}
    one, two, three, most = [cost(client, url, asked[count]) for count in (1, 2, 3, MOST_WORDS)]
    if not any(one):
        return False
    assert three[1] == most[1], "joins grow with the words"
    for at in (0, 2):
        piece = max(two[at] - one[at], (most[at] - three[at]) / (MOST_WORDS - 3))
        assert most[at] - two[at] <= piece * (MOST_WORDS - 2) * 1.1 + 10, "the question grows faster than the words"
    assert cost(client, url, asked[100])[0] <= most[0] * 1.02 + 100, "the number of words is not bounded"
    return True


def test_of_many_words_the_longest_are_asked_for_in_their_order():
    typed = "b a c Haus d zz Verwaltung Tor Mahnwesen e Heizkosten f Beschluss"
    assert words_of(typed) == ["Verwaltung", "Mahnwesen", "Heizkosten", "Beschluss"]
    assert words_of("b a c d") == ["b", "a"] and words_of("Haus 4") == ["Haus", "4"]


def test_searches_of_customers_grow_evenly_and_end(world, olga, as_):
    client = as_(olga)
    pages = [name for name in (GET | OUTSIDE) if client.get(address(world, name)).status_code == 200]
    found = {name for name in pages if check(client, address(world, name), QUERY)}
    assert found >= SEARCHES, "a search is gone, or hides from this test"


@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model.__name__)
def test_searches_of_staff_grow_evenly_and_end(model, admin, as_):
    client, opts = as_(admin), model._meta
    base = f"admin:{opts.app_label}_{opts.model_name}"
    assert check(client, reverse(f"{base}_changelist"))
    for typed in NASTY:
        safe = typed.encode("utf-8", "replace").decode()
        assert client.get(reverse(f"{base}_changelist"), {"q": safe}).status_code < 500, ascii(typed)


PICKED = sorted(
    {
        (owner.model._meta.app_label, owner.model._meta.model_name, name)
        for page in site.site._registry.values()
        for owner in (page, *page.inlines)
        for name in owner.autocomplete_fields or ()
    }
)


@pytest.mark.parametrize("app, model, name", PICKED)
def test_rows_are_picked_by_any_text(app, model, name, admin, as_):
    client, asked = as_(admin), {"app_label": app, "model_name": model, "field_name": name}
    for typed in [*NASTY, words(100)]:
        safe = typed.encode("utf-8", "replace").decode()
        assert client.get(reverse("admin:autocomplete"), asked | {"term": safe}).status_code == 200, ascii(typed)


def test_every_list_of_staff_asks_as_all_others_do():
    strangers = [model.__name__ for model in SEARCHED if not isinstance(site.site._registry[model], Searched)]
    assert strangers == []


def test_nobody_compares_texts_on_their_own():
    """A search that splits what was typed itself would forget the bounds, and the other spellings."""
    own = {
        f"{path.parent.name}/{path.name}:{node.value.lineno}"
        for path in PLACES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and COMPARES.search(node.arg or "")
    }
    assert own == set()


def test_words_are_composed_once_each_and_few():
    assert words_of(" Za\u0308hler  ZÄHLER zähler\0neu\x1b Heiz\u00adkosten ") == ["Zähler", "neu", "Heizkosten"]
    assert words_of("a b " * 100) == ["a", "b"]
    assert len(words_of(words(100))) == MOST_WORDS
    assert words_of(" \0\u200b\ud83d ") == []


# --- what is found ---

NAMES = ["Zähler", "Straße", "Müller-Lüdenscheidt", "Online-Banking", "Onlinebanking", "Online Banking"]
SPELT = {
    "Zähler": ["zähler", "ZAEHLER", "Zähl"],
    "Straße": ["strasse", "STRASSE", "Straß"],
    "Müller-Lüdenscheidt": ["mueller", "Müller Lüdenscheidt", "MuellerLuedenscheidt", "Müller-Lüdenscheidt"],
    "Online-Banking": ["onlinebanking", "Online Banking", "Online-Banking"],
    "Onlinebanking": ["onlinebanking", "Online Banking", "Online-Banking"],
    "Online Banking": ["onlinebanking", "Online Banking", "Online-Banking"],
}


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("name", NAMES)
def test_found_however_it_is_spelt(name, typed, stored, acme):
    """Documents, people, orders and their lines, the log, companies: customers and staff search them alike."""
    written = unicodedata.normalize(stored, name)
    person = make.UserFactory(last_name=written)
    membership = make.MembershipFactory(company=acme, user=person)
    document = make.DocumentFactory(company=acme, title=f"Vertrag {written} 2024")
    line = make.OrderLineFactory(order=make.OrderFactory(company=acme), name=written, article_number="X-1")
    company = make.CompanyFactory(name=f"{written} GmbH")
    for way in SPELT[name]:
        text = unicodedata.normalize(typed, way)
        assert membership in Membership.objects.named(text), way
        assert document in Document.objects.filter(every_word(text, "title", "number")), way
        assert line.order in Order.objects.search(text), way
        assert company in Company.objects.filter(every_word(text, "name", "number")), way
    other = make.CompanyFactory(name="Ganz anders")
    assert other not in Company.objects.filter(every_word(name, "name"))


def test_no_words_are_no_condition():
    assert every_word(" \0 ", "name") == Q()


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'"])
def test_signs_of_the_database_are_letters_like_others(sign, db):
    with_it, without = make.CompanyFactory(name=f"A{sign}Z"), make.CompanyFactory(name="AxZ")
    found = Company.objects.filter(every_word(f"a{sign}z", "name"))
    assert with_it in found and without not in found
