"""What is different today of a line of then, in a sentence."""

from decimal import Decimal

import pytest
from django.utils import translation

from orders.again import Compared
from orders.models import OrderLine
from shop.catalogue import Catalogue
from shop.models import Article

PRICE = Decimal(100)
THEN = OrderLine(name="Modul", article_number="M-1", quantity=1, unit="Stück", unit_price=PRICE, net=PRICE)


def today(**changed):
    article = Article(pk=1, number="M-1", name="Modul", unit="Stück", kind=Article.Kind.SOFTWARE)
    for name, value in changed.items():
        setattr(article, name, value)
    return article


@pytest.mark.parametrize(
    "compared, told",
    [
        (Compared(THEN, None, None, is_gone=True), ("danger", "nicht mehr im Shop")),
        (Compared(THEN, None, None, is_gone=False), ("danger", "passt nicht zu Ihren Lizenzen")),
        (Compared(THEN, today(name="Neu", number="N-1"), Decimal(100), False, True), ("wait", "Neu (N-1)")),
        (Compared(THEN, today(), Decimal(100), False), ("ok", "keiner")),
        # How much more stands in a column of its own.
        (Compared(THEN, today(), Decimal(110), False), ("", "")),
        (Compared(THEN, today(name="Modul Plus"), Decimal(100), False), ("", "Modul Plus")),
        (Compared(THEN, today(unit="Stunde"), Decimal(100), False), ("", "Stunde")),
    ],
    ids=["gone", "unfit", "successor", "same", "price", "name", "unit"],
)
def test_the_difference_is_one_sentence(compared, told):
    with translation.override("de"):
        tone, words = compared.told
    assert tone == told[0] and told[1] in words


def test_another_price_is_a_difference_with_a_trend():
    dearer, same = (Compared(THEN, today(), Decimal(price), False) for price in (110, 100))
    assert (dearer.difference, dearer.trend, dearer.told) == (Decimal(10), "more", ("", ""))
    assert (same.difference, same.trend) == (Decimal(0), "")


@pytest.mark.parametrize(
    "found, told",
    [
        (Catalogue(shown=1), "1 Artikel"),
        (Catalogue(shown=3, typed="Heiz"), "3 Treffer"),
        (Catalogue(shown=2, typed="Heitz", only_similar=True), "ähnliche Artikel"),
        (Catalogue(shown=900, total=1000, typed="a", is_more=True), "Die besten 1000 Treffer"),
        (Catalogue(shown=1, typed="x" * 300), "…"),
    ],
    ids=["all", "hits", "similar", "more", "long"],
)
def test_the_hits_are_told_in_one_sentence(found, told):
    with translation.override("de"):
        assert told in found.told and len(found.told) < 130
