"""From the cart to an order: certain, once, at the prices that were on screen."""

import uuid
from copy import copy
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from orders.models import Order
from orders.offer import Offer
from orders.placing import CartChanged, place_order
from orders.states import OrderRefused
from shop.cart import put, read_cart
from shop.models import Article

from .. import factories as make
from ..threads import at_once


@pytest.fixture
def terms(db):
    return make.TermsFactory()


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("100"))


def fill(company, user, article, quantity=3):
    put(company, user, Article.objects.with_prices(company).get(pk=article.pk), quantity)


def form_of(client, company, **changes):
    """What the checkout's form would send."""
    form = client.get(reverse("order_create", args=[company.number])).context["form"]
    sent = {"form_key": form["form_key"].value(), "shown": form["shown"].value(), "accepts_terms": "on"}
    return {**sent, "reference": "B-77", "cost_center": "", "note": "", **changes}


@pytest.fixture
def checkout(acme, ben, as_, terms, article):
    """(client, address, form) of Ben's checkout with three units in his cart."""
    fill(acme, ben, article)
    client = as_(ben)
    return client, reverse("order_create", args=[acme.number]), form_of(client, acme)


def test_the_order_says_what_was_said(checkout, acme, ben, terms, article):
    client, url, form = checkout
    response = client.post(url, form)
    order = Order.objects.get()
    assert response.url == reverse("order_detail", args=[acme.number, order.pk])
    assert (order.net, order.vat, order.gross) == (Decimal("300.00"), Decimal("57.00"), Decimal("357.00"))
    assert (order.ordered_by, order.orderer_name, order.reference) == (ben, "Ben Bauer", "B-77")
    assert order.address == "Hausverwaltung Sonnenhof GmbH\nLindenallee 1\n80331 München"
    assert (order.acceptance.terms, order.acceptance.sha256) == (terms, terms.sha256)
    assert order.state == "received" and order.events.get().state == "received"
    assert order.number.startswith("TSA-") and order.number not in response.url, "addresses do not count up"
    assert read_cart(acme, ben).lines == []


def test_a_sum_that_cannot_be_kept_is_said_in_the_cart_and_the_rest_is_ordered(acme, ben, as_, terms, article):
    """Quantity times price, and the sum of lines of which each fits."""
    product = acme.licences.get().product
    dear = [make.ArticleFactory(fits=[product], name=f"Teuer {n}", list_price="9999999999.99") for n in range(3)]
    for one, quantity in zip(dear, (9999, 99, 99), strict=True):
        fill(acme, ben, one, quantity)
    fill(acme, ben, article)
    client = as_(ben)
    page = client.get(reverse("cart_detail", args=[acme.number]))
    assert page.status_code == 200 and page.content.decode().count("macht die Bestellung zu groß") >= 2
    assert [bool(line.problem) for line in read_cart(acme, ben).lines] == [True, False, True, False]
    assert client.post(reverse("order_create", args=[acme.number]), form_of(client, acme)).status_code == 302
    order = Order.objects.get()
    assert order.net == Decimal("9999999999.99") * 99 + 300 and order.vat > 0
    assert client.get(reverse("order_list", args=[acme.number])).status_code == 200


def test_a_wish_at_the_end_of_days_is_kept(checkout, acme):
    client, url, form = checkout
    response = client.post(url, form | {"wished_on": "9999-12-31"})
    assert client.get(response.url).status_code == 200
    assert client.get(reverse("order_pdf", args=[acme.number, Order.objects.get().pk])).status_code == 200


def test_later_changes_leave_the_order_alone(checkout, acme, article):
    """Edges 21, 25, 75."""
    client, url, form = checkout
    client.post(url, form)
    article.list_price, article.name = Decimal("1"), "Anders"
    article.save()
    acme.street, acme.name = "Neuer Weg 9", "Umbenannt GmbH"
    acme.save()
    order = Order.objects.get()
    page = client.get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    assert "Lindenallee 1" in page and "100,00\xa0€" in page and "Zusatzmodul Nebenkostenabrechnung" in page


def test_the_receipt_goes_to_who_ordered_and_to_the_company(checkout, acme, ben):
    client, url, form = checkout
    client.post(url, form)
    assert {message.to[0] for message in mail.outbox} == {ben.email, acme.email}
    order = Order.objects.get()
    for message in mail.outbox:
        assert order.number in message.subject
        assert "357,00\xa0€" in message.body and f"/bestellungen/{order.pk}/" in message.body


@pytest.mark.parametrize("times", [2, 5])
def test_pressing_again_gives_the_same_order(checkout, times):
    """Edge 66."""
    client, url, form = checkout
    answers = {client.post(url, form).url for _press in range(times)}
    assert len(answers) == 1
    assert Order.objects.count() == 1
    assert len(mail.outbox) == 2


def test_a_price_that_rose_meanwhile_is_shown_first(checkout, acme, ben, article):
    client, url, form = checkout
    article.list_price = Decimal("150")
    article.save()
    response = client.post(url, form)
    assert response.status_code == 409
    assert not Order.objects.exists()
    page = response.content.decode()
    assert "150,00\xa0€ statt 100,00\xa0€" in page
    assert 'value="B-77"' in page, "what was typed is kept"
    again = {**form, "shown": response.context["form"]["shown"].value()}
    client.post(url, again)
    assert Order.objects.get().net == Decimal("450.00")


def test_an_article_that_is_gone_meanwhile_is_never_dropped_silently(checkout, article):
    client, url, form = checkout
    article.is_active = False
    article.save()
    response = client.post(url, form, follow=True)
    assert not Order.objects.exists()
    assert "kann Ihre Firma nicht mehr bestellen" in response.content.decode()


def test_without_consent_nothing_is_ordered(checkout):
    client, url, form = checkout
    del form["accepts_terms"]
    response = client.post(url, form)
    assert response.status_code == 200
    assert "Bitte stimmen Sie den AGB zu" in response.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "field, value",
    [("form_key", "x"), ("form_key", ""), ("shown", "y" * 65), ("shown", "y" * 200_001), ("note", "n" * 2001)],
)
def test_a_crafted_form_orders_nothing(checkout, field, value):
    client, url, form = checkout
    assert client.post(url, {**form, field: value}).status_code == 200
    assert not Order.objects.exists()


@pytest.mark.parametrize("field", ["net", "price", "company", "ordered_by", "state", "user"])
def test_extra_fields_change_nothing(checkout, field, acme):
    client, url, form = checkout
    client.post(url, {**form, field: "1"})
    order = Order.objects.get()
    assert (order.net, order.company, order.state) == (Decimal("300.00"), acme, "received")


def test_no_terms_no_order(acme, ben, as_, article):
    fill(acme, ben, article)
    page = as_(ben).get(reverse("order_create", args=[acme.number])).content.decode()
    assert "Bestellen ist gerade nicht möglich" in page
    assert "Zahlungspflichtig bestellen" not in page


def test_above_the_limit_the_order_waits(acme, olga, ben, deniz, as_, terms, article):
    membership = ben.at[acme.number]
    membership.order_limit = Decimal("299.99")
    membership.save()
    fill(acme, ben, article)
    client = as_(ben)
    client.post(reverse("order_create", args=[acme.number]), form_of(client, acme))
    order = Order.objects.get()
    assert order.state == "waiting"
    asked = [message for message in mail.outbox if message.subject.startswith("Bitte freigeben")]
    assert {message.to[0] for message in asked} == {olga.email, deniz.email}
    decide = reverse("order_decide", args=[acme.number, order.pk])
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    as_(olga).post(decide, {"decision": "approve", "reason": "Gut"})
    order.refresh_from_db()
    assert order.state == "received"
    assert [event.by_name for event in order.events.all()] == ["Ben Bauer", "Olga Oswald"]


def test_nobody_approves_their_own_order(acme, olga, deniz, as_, terms, article):
    """Edge 70."""
    membership = deniz.at[acme.number]
    membership.order_limit = Decimal("1")
    membership.save()
    fill(acme, deniz, article)
    client = as_(deniz)
    client.post(reverse("order_create", args=[acme.number]), form_of(client, acme))
    order = Order.objects.get()
    client.post(reverse("order_decide", args=[acme.number, order.pk]), {"decision": "approve"})
    order.refresh_from_db()
    assert order.state == "waiting"


# --- many at once, on real PostgreSQL ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [2, 20])
def test_the_same_form_many_times_at_once_is_one_order(crowd, acme, ben, terms, article):
    fill(acme, ben, article)
    membership = ben.at[acme.number]
    key, shown = uuid.uuid4(), Offer.of(read_cart(acme, ben), acme, terms)
    numbers = at_once(*[lambda: place_order(copy(membership), form_key=key, shown=shown).number] * crowd)
    assert Order.objects.count() == 1
    assert set(numbers) == {Order.objects.get().number}


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_order_the_cart_once(acme, ben, terms, article):
    fill(acme, ben, article)
    membership = ben.at[acme.number]
    shown = Offer.of(read_cart(acme, ben), acme, terms)
    press = lambda: place_order(copy(membership), form_key=uuid.uuid4(), shown=shown)
    outcomes = at_once(press, press, refused=(CartChanged, OrderRefused))
    assert [isinstance(outcome, Order) for outcome in outcomes].count(True) == 1
    assert Order.objects.count() == 1
