"""Searches as property managers type them, with the articles that must be on top, over the demo's catalogue.

A query counts 1/rank of the first article that answers it; the mean of all (mean reciprocal rank) is printed.
"""

import csv
from pathlib import Path

import pytest
from django.conf import settings

from portal.demo.shop import SYNONYMS
from shop.catalogue import suggest
from shop.models import Article, Synonym
from shop.search import find

from .. import factories as make

# Typed -> the last five signs of the numbers that answer it.
QUERIES = {
    # Words as they are written.
    "Heizkostenabrechnung": ["10000", "10028"],
    "Mahnwesen": ["10002"],
    "Beschlusssammlung": ["10003"],
    "Datenübernahme": ["10020"],
    "Grundsteuer": ["10011"],
    "E-Rechnung": ["10014"],
    "DATEV": ["10005"],
    "Serienbrief": ["10007"],
    "Energieausweis": ["10017"],
    "Jahreswechsel": ["10033"],
    "Eigentümerversammlung": ["10027"],
    # Inflected.
    "Zähler": ["10004"],
    "Schlüsseln": ["10008"],
    "Handwerkerrechnungen": ["10009"],
    "Schulungen": ["10025", "10026", "10027", "10028", "10029", "10030", "10031", "10032"],
    "Abrechnungen": ["10000", "10013", "10025"],
    "Einrichtungen": ["10021", "10022", "10023"],
    "Vermögensberichte": ["10010"],
    "Kontoauszüge importieren": ["10006"],
    "Verzugszins": ["10030"],
    "Versammlungen": ["10027"],
    # Parts of compounds.
    "nebenkosten": ["10013"],
    "heizkosten": ["10000", "10028"],
    "abrechnung": ["10000", "10013"],
    "verwaltung": ["10004", "10008"],
    "schnittstelle": ["10005", "10022"],
    "rauchwarn": ["10016"],
    "archiv": ["10015"],
    "versammlung": ["10027"],
    "zinsen": ["10030"],
    "portal": ["10019", "10023"],
    "umstellung": ["10036"],
    # Umlauts either way.
    "zaehlerverwaltung": ["10004"],
    "schluessel": ["10008"],
    "eigentuemer": ["10027"],
    "vermoegensbericht": ["10010"],
    "datenuebernahme": ["10020"],
    # Mistyped.
    "nebnkosten": ["10013", "10025", "10026"],
    "Heizkostenabrechnugn": ["10000", "10028"],
    "Schnitstelle": ["10005", "10022"],
    "Beschlussamlung": ["10003"],
    "schlüselverwaltung": ["10008"],
    "Mahnwessen": ["10002", "10030"],
    "Rauchwahnmelder": ["10016"],
    "Eigentumerversamlung": ["10027"],
    "Dokumentenarchif": ["10015"],
    "Verbrauchsinfomation": ["10018"],
    # Several words.
    "schulung nebenkosten": ["10025", "10026"],
    "nebenkosten fortgeschrittene": ["10026"],
    "einrichtung e-rechnung": ["10021"],
    "umzug server": ["10035"],
    "windows 7": ["10036"],
    # Synonyms.
    "Betriebskosten": ["10013", "10025", "10026"],
    "Seminar Heizkosten": ["10028"],
    "XRechnung": ["10014", "10021", "10029"],
    "Rauchmelder": ["10016"],
    # Compounds with and without hyphens; the module stands before the training about it.
    "Heizkosten-Abrechnung": ["10000"],
    "Heizkosten Abrechnung": ["10000"],
    "Heizkosten-Abrechnungen": ["10000"],
    "Heizkosten-Abrechnugn": ["10000"],
    "Nebenkosten-Abrechnung": ["10013"],
    "Mahn-Wesen": ["10002"],
    "Rauch-Warn-Melder": ["10016"],
    "Online-Banking": ["10006"],
    "Onlinebanking": ["10006"],
    "Online Banking": ["10006"],
    "erechnung": ["10014"],
    "DATEVSchnittstelle": ["10005"],
    "Datevschnitstelle": ["10005"],
    "Windows7": ["10036"],
    "WEG Versammlung": ["10027"],
    # With the signs of an umlaut one after the other, as some systems type and paste it.
    "Za\u0308hler": ["10004"],
    "Datenu\u0308bernahme": ["10020"],
    # Numbers.
    "TSA-K10005": ["10005"],
    "tsa k 10005": ["10005"],
    "10014": ["10014"],
    "K1000": ["10000"],
}


@pytest.fixture
def catalogue(db):
    """The 37 articles of the demo, with its synonyms."""
    source = Path(settings.BASE_DIR) / "portal/demo/export/artikel.csv"
    with source.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            make.ArticleFactory(
                number=row["ArtNr"], name=row["Bezeichnung"], description=row["Beschreibung"], kind=row["Art"]
            )
    Synonym.objects.bulk_create(Synonym(words=words) for words in SYNONYMS)
    return Article.objects.all()


def rank(found, wanted):
    """The place of the first article that answers, counted from 1; None if there is none among the first ten."""
    numbers = [article.number[-5:] for article in found[:10]]
    return next((place for place, number in enumerate(numbers, 1) if number in wanted), None)


def test_the_right_article_is_on_top(catalogue, capsys):
    ranks = {typed: rank(find(catalogue, typed)[0], wanted) for typed, wanted in QUERIES.items()}
    mean = sum(1 / place for place in ranks.values() if place) / len(ranks)
    with capsys.disabled():
        print(f"\n{len(ranks)} judged queries: mean reciprocal rank {mean:.3f}")
    assert len(QUERIES) == 77
    below = {typed: place for typed, place in ranks.items() if place != 1}
    assert mean >= 0.95, below
    assert None not in ranks.values(), below


def test_what_stands_on_top_is_suggested_too(catalogue, acme):
    """Whoever types without pressing Enter sees the same articles, as far as they fit."""
    product = acme.licences.get().product
    for article in catalogue:
        article.fits.add(product)
    missing = [
        typed
        for typed, wanted in QUERIES.items()
        if not {article.number[-5:] for article in suggest(acme, typed)[0]} & set(wanted)
    ]
    assert missing == []
