"""The cart: kept per person and company, honest about what changed."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from shop.cart import read_cart
from shop.models import CartLine

from .. import factories as make


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("100"))


def add(client, company, article, **data):
    return client.post(reverse("cart_add", args=[company.number, article.number]), data)


def test_adding_twice_adds_up(acme, ben, as_, article):
    client = as_(ben)
    add(client, acme, article)
    response = add(client, acme, article, quantity=4)
    assert response.url == reverse("cart_detail", args=[acme.number])
    (line,) = read_cart(acme, ben).lines
    assert (line.quantity, line.net) == (5, Decimal("500.00"))
    page = client.get(response.url).content.decode()
    said = r'Warenkorb, Anzahl der Artikel:</span>\s*<span class="badge">1</span>'
    assert re.search(said, page), "the header counts articles, not pieces"


def test_the_next_step_of_a_price_is_said_while_it_can_be_reached(acme, ben, as_, article):
    make.PriceFactory(article=article, net=Decimal("90"), from_quantity=5)
    client, said = as_(ben), "bis zum Preis von 90,00"
    add(client, acme, article, quantity=4)
    (line,) = read_cart(acme, ben).lines
    assert line.next_step == ("1 Stück", Decimal("90"))
    assert f"noch 1 Stück {said}" in client.get(reverse("cart_detail", args=[acme.number])).content.decode()
    add(client, acme, article, quantity=1)
    assert read_cart(acme, ben).lines[0].next_step is None
    assert said not in client.get(reverse("cart_detail", args=[acme.number])).content.decode()


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1e9", "1000000000", "viele", "", "9999999999999999999999"])
def test_a_quantity_that_makes_no_sense_is_told_beside_the_field(acme, ben, as_, article, quantity):
    """Edge 65."""
    response = add(as_(ben), acme, article, quantity=quantity)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert f'value="{quantity}"' in page or not quantity
    assert not CartLine.objects.exists()


def test_the_sum_of_two_additions_is_limited_too(acme, ben, as_, article):
    client = as_(ben)
    add(client, acme, article, quantity=9999)
    assert add(client, acme, article, quantity=1).status_code == 422
    assert CartLine.objects.get().quantity == 9999


def test_quantities_change_and_lines_go(acme, ben, as_, article):
    client = as_(ben)
    add(client, acme, article)
    line = CartLine.objects.get()
    client.post(reverse("cart_update", args=[acme.number, line.pk]), {"quantity": 7})
    line.refresh_from_db()
    assert line.quantity == 7
    client.post(reverse("cart_update", args=[acme.number, line.pk]), {"quantity": "viele"})
    line.refresh_from_db()
    assert line.quantity == 7
    client.post(reverse("cart_remove", args=[acme.number, line.pk]))
    assert not CartLine.objects.exists()


def test_a_change_of_price_is_shown_and_not_applied_silently(acme, ben, as_, article):
    """Edge 60."""
    client = as_(ben)
    add(client, acme, article)
    article.list_price = Decimal("120")
    article.save()
    page = client.get(reverse("cart_detail", args=[acme.number])).content.decode()
    assert "120,00\xa0€ statt 100,00\xa0€" in page


def test_what_no_longer_fits_stays_in_sight_and_does_not_count(acme, ben, as_, article):
    client = as_(ben)
    add(client, acme, article)
    article.is_active = False
    article.save()
    cart = read_cart(acme, ben)
    assert (len(cart.lines), cart.orderable, cart.sums.gross) == (1, [], 0)
    page = client.get(reverse("cart_detail", args=[acme.number])).content.decode()
    assert "kann Ihre Firma nicht mehr bestellen" in page
    assert "Zur Kasse" not in page


def test_a_cart_belongs_to_one_person_at_one_company(acme, ben, olga, as_, article, elsewhere):
    """Edge 48: nothing is carried over to another company."""
    add(as_(ben), acme, article)
    make.MembershipFactory(company=elsewhere, user=ben, rights=["use_shop"])
    assert read_cart(elsewhere, ben).lines == []
    assert read_cart(acme, olga).lines == []


def test_htmx_gets_the_button_and_the_count(acme, ben, as_, article):
    url = reverse("cart_add", args=[acme.number, article.number])
    page = as_(ben).post(url, headers={"hx-request": "true"}).content.decode()
    assert "liegt jetzt im Warenkorb" in page
    assert 'hx-swap-oob="true"' in page
    assert ">1</span>" in page


def test_a_quantity_refused_in_the_cart_is_told_at_the_line_and_kept(acme, ben, as_, article):
    """Edge 65."""
    client = as_(ben)
    add(client, acme, article, quantity=2)
    line, url = CartLine.objects.get(), reverse("cart_update", args=[acme.number, CartLine.objects.get().pk])
    article.min_quantity = 5
    article.save()
    cart = read_cart(acme, ben)
    assert (cart.orderable, cart.lines[0].problem) == ([], "Bitte bestellen Sie mindestens 5 Stück.")
    for quantity, said in (("3", "mindestens 5"), ("viele", "ganze Zahl"), ("-1", "größer oder gleich 1")):
        response = client.post(url, {"quantity": quantity})
        page = response.content.decode()
        assert response.status_code == 422 and said in page
        assert f'value="{quantity}"' in page and 'aria-describedby="refused"' in page
    line.refresh_from_db()
    assert line.quantity == 2


def test_what_turned_unfit_between_page_and_click_is_said(acme, ben, as_, article):
    """Edge 60."""
    client = as_(ben)
    add(client, acme, article)
    acme.licences.all().delete()
    response = client.post(reverse("cart_update", args=[acme.number, CartLine.objects.get().pk]), {"quantity": 2})
    assert response.status_code == 422
    assert "passt nicht mehr zu Ihren Lizenzen" in response.content.decode()
    assert add(client, acme, article).status_code == 404
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize(
    "change, reason",
    [
        ("licence", "Ihre Lizenz dafür ist nicht mehr gültig"),
        ("sale", "wird nicht mehr verkauft"),
        ("seats", "passt nicht mehr"),
    ],
)
def test_each_line_says_what_changed_and_names_the_successor(acme, ben, as_, article, change, reason):
    client, product = as_(ben), acme.licences.get().product
    add(client, acme, article)
    new = make.ArticleFactory(
        name="Nachfolgemodul", fits=[make.LicenceFactory(company=acme, product__number="7").product]
    )
    article.successor, article.is_active = new, change != "sale"
    article.save()
    if change == "licence":
        acme.licences.filter(product=product).update(kind="M", ends_on=article_day())
    if change == "seats":
        article.fit_rows.update(min_seats=50)
    (line,) = read_cart(acme, ben).lines
    assert reason in line.problem and line.successor == new
    page = client.get(reverse("cart_detail", args=[acme.number])).content.decode()
    assert reason in page and "Nachfolger: Nachfolgemodul" in page


def article_day():
    """A day on which nothing runs any more."""
    return dt.date(2021, 1, 1)


def test_new_prices_count_only_after_a_click(acme, ben, as_, article):
    client = as_(ben)
    add(client, acme, article)
    article.list_price = Decimal("120")
    article.save()
    url = reverse("cart_detail", args=[acme.number])
    assert "Neue Preise bestätigen" in client.get(url).content.decode()
    client.post(reverse("cart_confirm", args=[acme.number]))
    assert CartLine.objects.get().seen_price == 120
    assert "statt" not in client.get(url).content.decode()


def test_two_that_exclude_each_other_are_not_ordered_together(acme, ben, as_, article):
    rival = make.ArticleFactory(name="Zur Miete", fits=[acme.licences.get().product])
    rival.excludes.add(article)
    client = as_(ben)
    add(client, acme, article)
    add(client, acme, rival)
    first, second = read_cart(acme, ben).lines
    assert first.problem == "" and "kann nicht zusammen mit" in second.problem


def test_the_queries_of_a_cart_do_not_grow(acme, ben, article, django_assert_max_num_queries):
    for _one in range(40):
        made = make.ArticleFactory(fits=[acme.licences.get().product], is_active=False, successor=article)
        CartLine.objects.create(
            cart=acme.carts.get_or_create(user=ben)[0], article=made, quantity=1, seen_price=Decimal(1)
        )
    with django_assert_max_num_queries(4):
        assert len(read_cart(acme, ben).lines) == 40
