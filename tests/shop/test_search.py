"""Finding articles by what people type."""

import unicodedata

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.marking import marked, normal
from shop.models import Article
from shop.search import find

from .. import factories as make

NAMES = {
    "TSA-K10014": "Zusatzmodul Nebenkostenabrechnung",
    "TSA-S10046": "Schulung Nebenkostenabrechnung für Einsteiger",
    "TSA-K10020": "Schlüsselverwaltung",
    "TSA-D10110": "Einrichtung Häuserverwaltung",
    "TSA-M10142": "Straßenverzeichnis als Mietlizenz",
    "TSA-K20014": "DATEV-Schnittstelle",
}


@pytest.fixture
def articles(db):
    for number, name in NAMES.items():
        make.ArticleFactory(number=number, name=name)
    return Article.objects.all()


@pytest.mark.parametrize(
    "typed, first",
    [
        ("TSA-K10014", "TSA-K10014"),
        ("tsa k 10014", "TSA-K10014"),
        ("TSAK.10014", "TSA-K10014"),
        ("K2001", "TSA-K20014"),
        ("10046", "TSA-S10046"),
        ("nebenkosten", "TSA-K10014"),
        ("abrechnung", "TSA-K10014"),
        ("Nebenkostenabrechnungen", "TSA-K10014"),
        ("schluessel", "TSA-K10020"),
        ("schlüssel", "TSA-K10020"),
        ("Haeuser", "TSA-D10110"),
        ("strassen", "TSA-M10142"),
        ("einsteiger nebenkosten", "TSA-S10046"),
        ("nebnkosten", "TSA-K10014"),
        ("Schnitstelle", "TSA-K20014"),
        ("datev schnittstelle", "TSA-K20014"),
    ],
)
def test_found_first(articles, typed, first):
    found, _similar = find(articles, typed)
    assert found[0].number == first


SPELT = ["Online-Banking", "Onlinebanking", "Online Banking", "online\N{EN DASH}banking", "Onlinebankings"]


@pytest.mark.parametrize("typed", SPELT)
@pytest.mark.parametrize("written", SPELT[:4])
def test_a_compound_is_found_however_it_is_written(db, typed, written):
    make.ArticleFactory(number="S1", name=f"Schulung {written}", kind=Article.Kind.TRAINING)
    make.ArticleFactory(number="K1", name=f"Zusatzmodul {written} Premium", kind=Article.Kind.SOFTWARE)
    make.ArticleFactory(number="K2", name="Zusatzmodul Bankinformation")
    found, similar = find(Article.objects.all(), typed)
    assert ([article.number for article in found], similar) == (["K1", "S1"], False)


def test_a_word_across_two_others_is_not_found(db):
    make.ArticleFactory(name="Verwalter-Mindestlohn")
    assert list(find(Article.objects.all(), "Termin")[0]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_an_umlaut_is_one_letter_however_it_is_stored(db, stored, form):
    name, number = unicodedata.normalize(stored, "Zählerprüfung"), unicodedata.normalize(stored, "GIR-Ä100")
    text = unicodedata.normalize(stored, "Für Wärmemengenzähler")
    make.ArticleFactory(number=number, name=name, description=text)
    for typed in ("Zähler", "Zählern", "zaehler", "Wärmemengenzähler", "Zählerprüfug", "gir ä100", "GIR-AE100"):
        found, _similar = find(Article.objects.all(), unicodedata.normalize(form, typed))
        assert len(found) == 1, typed


def test_the_database_s_own_functions_need_no_path(articles):
    """Analyze and a restored dump run them with an empty search path."""
    with connection.cursor() as cursor:
        cursor.execute("set local search_path = ''")
        cursor.execute("select public.shop_joined('Online-Banking'), public.shop_number_key('gir-ä/1')")
        assert cursor.fetchone() == (" onlinebanking banking", "GIRAE1")
        cursor.execute("analyze public.shop_article")


def test_only_similar_hits_are_told_apart(articles):
    assert find(articles, "nebenkosten")[1] is False
    assert find(articles, "nebnkosten")[1] is True


def test_an_exact_number_comes_before_numbers_that_begin_so(articles):
    make.ArticleFactory(number="TSA-K1001", name="Anderes")
    assert [a.number for a in find(articles, "TSA-K1001")[0]][:2] == ["TSA-K1001", "TSA-K10014"]


def test_nothing_is_found_for_nonsense(articles):
    assert list(find(articles, "xyzzy quux")[0]) == []


def test_nothing_typed_means_everything(articles):
    assert find(articles, "   ")[0].count() == len(NAMES)


def test_hits_are_marked_and_nothing_else_is_markup():
    assert marked("Zusatzmodul Nebenkostenabrechnung", "nebenkosten") == (
        "Zusatzmodul <mark>Nebenkostenabrechnung</mark>"
    )
    assert marked("<b>Schlüssel</b>", "schluessel") == "&lt;b&gt;<mark>Schlüssel</mark>&lt;/b&gt;"


def test_the_database_writes_umlauts_as_we_do(articles):
    for article in articles:
        assert article.normal == normal(article.name)


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        '"',
        "\\",
        "%",
        "_",
        "a & | ! ( ) :*",
        "<script>",
        "ünïcödé",
        "検索",
        "🏠" * 50,
        "\0\x01",
        "x" * 10_000,
        "a " * 5000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_no_search_breaks_the_page(typed, acme, olga, as_):
    client = as_(olga)
    response = client.get(reverse("article_list", args=[acme.number]), {"q": typed})
    assert response.status_code == 200
    assert "<script>a" not in response.content.decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60))
def test_any_text_can_be_searched_for(articles, typed):
    found, _similar = find(articles, typed)
    assert len(found) <= len(NAMES)
    assert "<script" not in marked("Zusatzmodul", typed)


def test_a_search_for_everything_stays_bounded_and_says_so(acme, olga, as_, monkeypatch):
    monkeypatch.setattr("shop.search.MOST_RANKED", 30)
    monkeypatch.setattr("shop.catalogue.MOST_RANKED", 30)
    product = acme.licences.get().product
    for _one in range(40):
        make.ArticleFactory(name="Zusatzmodul", fits=[product])
    page = as_(olga).get(reverse("article_list", args=[acme.number]), {"q": "Zusatzmodul"}).content.decode()
    assert "Die besten 30 Treffer" in page


def test_large_catalogues_keep_their_counts_and_never_show_what_no_longer_fits(acme, olga, as_, monkeypatch):
    monkeypatch.setattr("shop.catalogue.MANY", 10)
    product = acme.licences.get().product
    articles = [make.ArticleFactory(name=f"Modul {n:02}", fits=[product]) for n in range(30)]
    client, url = as_(olga), reverse("article_list", args=[acme.number])
    first = client.get(url).content.decode()
    assert first.index("Modul 00") < first.index("Modul 01") < first.index("Modul 23")
    assert "Modul 29" in client.get(url, {"page": 2}).content.decode()
    articles[0].is_active = False
    articles[0].save()
    assert "Modul 00" not in client.get(url).content.decode()
