"""Browsing: the tree with its counts, filters, sorting, addresses that can be shared, and the page of an article."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from shop.catalogue import bought_together
from shop.models import Category

from .. import factories as make


@pytest.fixture
def catalogue(acme):
    """Two kinds in three categories, one article for another product, prices from 10 to 40."""
    product = acme.licences.get().product
    other = make.LicenceFactory(company=acme, product=make.ProductFactory(number="7000", name="DOMUS NAVI")).product
    rows = [
        ("Alpha", "Software/Kauf", "K", 40, product),
        ("Beta", "Software/Kauf", "K", 10, product),
        ("Gamma", "Software/Kauf Plus", "M", 30, other),
        ("Delta", "Schulung", "S", 20, product),
    ]
    for path in ("Software", *(row[1] for row in rows)):
        make.CategoryFactory(path=path)
    for child in Category.objects.filter(path__contains="/"):
        child.parent = Category.objects.get(path="Software")
        child.save()
    return {
        name: make.ArticleFactory(
            name=name, category=make.CategoryFactory(path=path), kind=kind, list_price=Decimal(price), fits=[made_for]
        )
        for name, path, kind, price, made_for in rows
    }


@pytest.fixture
def browse(acme, ben, as_, catalogue):
    """browse(**asked) gives the page's Catalogue and the names on it, in their order."""
    client, url = as_(ben), reverse("article_list", args=[acme.number])

    def browse(**asked):
        found = client.get(url, asked).context["found"]
        return found, [article.name for article in found.page]

    return browse


def test_the_tree_counts_what_is_below(browse):
    found, names = browse()
    assert names == ["Alpha", "Beta", "Delta", "Gamma"]
    counts = [(shelf.path, shelf.depth, shelf.count) for shelf in found.shelves]
    assert counts == [("Schulung", 0, 1), ("Software", 0, 3), ("Software/Kauf", 1, 2), ("Software/Kauf Plus", 1, 1)]


def test_the_counts_are_those_of_the_chosen_kind(browse):
    found, names = browse(kind="K")
    assert (found.in_kind, names) == (2, ["Alpha", "Beta"])
    assert [(shelf.path, shelf.count) for shelf in found.shelves] == [("Software", 2), ("Software/Kauf", 2)]
    assert found.kinds == {"K": 2, "M": 1, "S": 1}, "what another kind would show"


def test_staff_decide_the_order_of_the_tree(browse):
    Category.objects.filter(path="Schulung").update(position=9)
    Category.objects.filter(path="Software/Kauf").update(position=5)
    found, _names = browse()
    assert [shelf.path for shelf in found.shelves] == ["Software", "Software/Kauf Plus", "Software/Kauf", "Schulung"]


@pytest.mark.parametrize(
    "asked, names",
    [
        ({"category": "Software/Kauf"}, ["Alpha", "Beta"]),
        ({"category": "Software"}, ["Alpha", "Beta", "Gamma"]),
        ({"category": "gibt es nicht"}, ["Alpha", "Beta", "Delta", "Gamma"]),
        ({"kind": "S"}, ["Delta"]),
        ({"kind": "X"}, ["Alpha", "Beta", "Delta", "Gamma"]),
        ({"product": "7000"}, ["Gamma"]),
        ({"product": "9999"}, []),
        ({"price_from": "20", "price_to": "30,00"}, ["Delta", "Gamma"]),
        ({"price_from": "teuer"}, ["Alpha", "Beta", "Delta", "Gamma"]),
        ({"sort": "price"}, ["Beta", "Delta", "Gamma", "Alpha"]),
        ({"sort": "-price", "kind": "K"}, ["Alpha", "Beta"]),
        ({"q": "alpha", "category": "Software", "kind": "K"}, ["Alpha"]),
        ({"q": "alpha", "kind": "S"}, []),
        ({"page": "99"}, ["Alpha", "Beta", "Delta", "Gamma"]),
    ],
)
def test_every_choice_has_an_address(browse, asked, names):
    assert browse(**asked)[1] == names


def test_filters_and_sorting_know_the_company_s_own_price(browse, acme, catalogue):
    make.PriceFactory(article=catalogue["Alpha"], company=acme, net=Decimal("5"))
    assert browse(sort="price")[1][0] == "Alpha"
    assert browse(price_to="6")[1] == ["Alpha"]


def test_a_price_that_is_no_number_is_told_beside_the_field(acme, ben, as_, catalogue):
    page = as_(ben).get(reverse("article_list", args=[acme.number]), {"price_from": "teuer"}).content.decode()
    assert 'value="teuer"' in page and 'aria-invalid="true"' in page
    assert "als Zahl ein" in page


def test_list_and_tiles_show_the_same(acme, ben, as_, catalogue):
    client, url = as_(ben), reverse("article_list", args=[acme.number])
    tiles = client.get(url, {"view": "tiles", "q": "alpha"}).content.decode()
    assert "article-tiles" in tiles and "<mark>Alpha</mark>" in tiles
    assert "view=tiles" in tiles, "links keep the view"


def test_a_full_page_weighs_little(acme, ben, as_):
    """The icons are drawn once; each row only refers to them."""
    product = acme.licences.get().product
    for number in range(30):
        article = make.ArticleFactory(name=f"Zusatzmodul Nebenkostenabrechnung {number}", fits=[product])
        make.PriceFactory(article=article, from_quantity=5)
    page = as_(ben).get(reverse("article_list", args=[acme.number]))
    assert len(page.context["found"].page) == 24
    assert len(page.content) < 45_000


# --- the page of an article ---


@pytest.fixture
def page_of(acme, ben, as_):
    return lambda article: as_(ben).get(reverse("article_detail", args=[acme.number, article.number])).content.decode()


def test_the_page_says_what_it_is_why_it_fits_and_what_it_brings(acme, page_of):
    products = [acme.licences.get().product, make.ProductFactory(number="5000", name="DOMUS ERP")]
    article = make.ArticleFactory(fits=products, kind="M", period_months=12, is_per_seat=True)
    article.grants = make.ProductFactory(number="1100", name="Modul Heizkosten")
    article.save()
    make.PriceFactory(article=article, from_quantity=5, net=Decimal("450"))
    page = page_of(article)
    for said in (
        "passt zu Ihrer Lizenz DOMUS 4000", "DOMUS 4000, DOMUS ERP", "Mietlizenz Modul Heizkosten", "12 Monate",
        "ab 5 Arbeitsplätzen", "450,00\xa0€", "Höchstens 1:",
    ):  # fmt: skip
        assert said in page


def test_ordered_before_leads_to_the_order(acme, page_of):
    article = make.ArticleFactory(fits=[acme.licences.get().product])
    assert "Schon bestellt" not in page_of(article)
    order = make.OrderFactory(company=acme)
    make.OrderLineFactory(order=order, article=article)
    foreign = make.OrderFactory(number="FREMD-1")
    make.OrderLineFactory(order=foreign, article=article)
    page = page_of(article)
    assert order.number in page and reverse("order_detail", args=[acme.number, order.pk]) in page
    assert "FREMD-1" not in page
    order.state = "cancelled"
    order.save()
    assert order.number not in page_of(article)


def test_ordered_together_is_real_fits_and_is_not_one_customer_s_secret(acme, page_of):
    """Edge 61."""
    product = acme.licences.get().product
    article, often, once = (make.ArticleFactory(name=name, fits=[product]) for name in ("Dies", "Oft dabei", "Einmal"))
    unfit = make.ArticleFactory(name="Konzernabschluss", fits=[make.ProductFactory(number="5000", name="ERP")])
    for others in ([often, once, unfit], [often, once, unfit], [often, unfit]):
        order = make.OrderFactory()
        for line in (article, *others):
            make.OrderLineFactory(order=order, article=line)
    page = page_of(article)
    assert "Oft zusammen bestellt" in page and "Oft dabei" in page
    assert "Einmal" not in page and "Konzernabschluss" not in page


@pytest.fixture
def product(acme):
    return acme.licences.get().product


def ordered_together(company, *articles, **more):
    order = make.OrderFactory(company=company, **more)
    for article in articles:
        make.OrderLineFactory(order=order, article=article)


def test_ordered_together_counts_customers_not_orders(acme, elsewhere, product):
    a, b = (make.ArticleFactory(fits=[product]) for _one in range(2))
    for _again in range(5):
        ordered_together(elsewhere, a, b)
    ordered_together(acme, a, b)
    assert list(bought_together(a, acme)) == [], "two customers, however often"
    ordered_together(make.CompanyFactory(), a, b, state="cancelled")
    assert list(bought_together(a, acme)) == [], "what was cancelled was not bought"
    ordered_together(make.CompanyFactory(), a, b)
    assert list(bought_together(a, acme)) == [b]


def test_ordered_together_looks_at_the_newest_orders(acme, product, monkeypatch):
    monkeypatch.setattr("shop.catalogue.LOOKED_AT", 3)
    a, old, new = (make.ArticleFactory(fits=[product]) for _one in range(3))
    for other, day in ((new, 0), (old, 400)):
        for _customer in range(3):
            placed_at = timezone.now() - dt.timedelta(days=day)
            ordered_together(make.CompanyFactory(), a, other, placed_at=placed_at)
    assert list(bought_together(a, acme)) == [new]


# --- quantities ---


@pytest.mark.parametrize(
    "rules, quantity, said",
    [
        ({"min_quantity": 5}, 4, "mindestens 5"),
        ({"min_quantity": 5}, 5, ""),
        ({"min_quantity": 2, "quantity_step": 3}, 6, "zum Beispiel 5 oder 8"),
        ({"min_quantity": 2, "quantity_step": 3}, 8, ""),
        ({"is_per_seat": True}, 2, "1 Arbeitsplatz lizenziert"),
        ({"is_per_seat": True}, 1, ""),
    ],
)
def test_rules_of_quantity_hold_on_every_way_into_the_cart(acme, ben, as_, rules, quantity, said):
    """Edge 65."""
    article = make.ArticleFactory(fits=[acme.licences.get().product], **rules)
    client = as_(ben)
    added = client.post(reverse("cart_add", args=[acme.number, article.number]), {"quantity": quantity})
    typed = client.post(reverse("quick_order", args=[acme.number]), {"lines": f"{article.number};{quantity}"})
    assert (added.status_code, typed.status_code) == ((422, 422) if said else (302, typed.status_code))
    if said:
        assert said in added.content.decode() and said in typed.content.decode()
