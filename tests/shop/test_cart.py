"""The cart: kept per person and company, honest about what changed."""

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
    assert ">5</span>" in client.get(response.url).content.decode(), "the header counts"


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
    assert "Im Warenkorb" in page
    assert 'hx-swap-oob="true"' in page
    assert ">1</span>" in page
