"""The shop narrowed down: folded until used, said as chips; and what it says where nothing is found."""

import pytest
from django.urls import reverse

from shop.cart import read_cart

from .. import factories as make
from ..look.pages import tree_of


@pytest.fixture
def article(acme):
    return make.ArticleFactory(name="E-Rechnung", number="TSA-ER1", fits=[acme.licences.get().product])


def read(client, company, **asked):
    return tree_of(client.get(reverse("article_list", args=[company.number]), asked).content.decode())[0]


def test_filters_are_folded_apply_themselves_and_have_a_button(acme, ben, as_, article):
    tree = read(as_(ben), acme)
    (fold,) = tree.xpath("//details[@class='fold-filter']")
    assert fold.get("open") is None
    assert set(fold.xpath(".//*[@data-apply]/@name")) == {"kind", "product", "sort"}
    assert fold.xpath("normalize-space(.//button)") == "Anwenden"


def test_what_is_asked_stands_as_chips_that_can_be_taken_off(acme, ben, as_, article):
    tree = read(as_(ben), acme, kind=article.kind, price_to="1000", q="E-Rechnung")
    chips = tree.xpath("//a[@class='pick' and @aria-current]")
    said = {" ".join("".join(chip.itertext()).split()): chip.get("href") for chip in chips}
    assert said == {
        f"{article.get_kind_display()} entfernen": "?price_to=1000&q=E-Rechnung",
        "bis 1.000,00 € entfernen": f"?kind={article.kind}&q=E-Rechnung",
    }


def test_a_price_that_is_none_keeps_the_fold_open(acme, ben, as_, article):
    assert read(as_(ben), acme, price_to="viel").xpath("//details[@class='fold-filter' and @open]")


def test_nothing_found_says_why_and_whom_to_ask_with_the_words_typed(acme, ben, as_, article):
    """What exists and does not fit is answered like what does not exist."""
    make.ArticleFactory(name="Zusatzmodul Fernwärme", number="TSA-FW1", fits=[make.ProductFactory(number="9000")])
    client = as_(ben)

    def told(words):
        tree = read(client, acme, q=words)
        (box,) = tree.xpath("//div[@class='empty']")
        (link,) = box.xpath(".//a[contains(@href, 'about=')]/@href")
        return " ".join("".join(box.itertext()).split()).replace(words, "…"), link

    text, link = told("TSA-FW1")
    assert "Fehlt Ihnen etwas?" in text and "Fernwärme" not in text
    assert text == told("TSA-XX9")[0]
    page = tree_of(client.get(link).content.decode())[0]
    assert page.xpath("//input[@name='about']/@value") == ["Suche im Shop: TSA-FW1"]


def test_straight_to_checkout_saves_the_cart(acme, ben, as_, article):
    answer = as_(ben).post(reverse("cart_add", args=[acme.number, article.number]), {"quantity": 2, "checkout": "1"})
    assert answer.url == reverse("order_create", args=[acme.number])
    assert [line.quantity for line in read_cart(acme, ben).lines] == [2]
