"""Two tabs and two devices at one cart: every click is answered, none is lost, none is answered with an error."""

import uuid
from copy import copy

import pytest
from django.urls import reverse

from orders.models import Order
from orders.offer import Offer
from orders.placing import CartChanged, place_order
from orders.states import OrderRefused
from shop.cart import LineGone, change, put, put_many, read_cart, take_out
from shop.models import Article, Cart, CartLine

from .. import factories as make
from ..threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product])


def priced(company, article):
    return Article.objects.with_prices(company).with_seats(company).get(pk=article.pk)


@pytest.mark.parametrize("has_cart", [True, False])
def test_added_twice_at_once_adds_up(acme, ben, as_, article, has_cart):
    tabs = [as_(ben) for _tab in range(4)]
    url = reverse("cart_add", args=[acme.number, article.number])
    for _round in range(5):
        CartLine.objects.all().delete()
        if not has_cart:
            Cart.objects.all().delete()
        press = [lambda tab=tab: tab.post(url, {"quantity": 1}).status_code for tab in tabs]
        assert at_once(*press) == [302] * 4
        assert CartLine.objects.get().quantity == 4


def test_a_quick_order_beside_a_click(acme, ben, article):
    for _round in range(5):
        CartLine.objects.all().delete()
        wanted = [(priced(acme, article), 2)]
        put_one = lambda: put(acme, ben, priced(acme, article), 1).quantity
        answers = at_once(put_one, lambda wanted=wanted: put_many(acme, ben, wanted), put_one)
        assert answers[1] == []
        assert CartLine.objects.get().quantity == 4


def test_what_is_added_while_the_order_goes_out_is_ordered_or_stays(acme, ben, article):
    """Nothing that was not on screen is ordered, and nothing vanishes from the cart unordered."""
    terms, other = make.TermsFactory(), make.ArticleFactory(fits=[acme.licences.get().product])
    for _round in range(5):
        CartLine.objects.all().delete()
        put(acme, ben, priced(acme, article), 1)
        shown, before = Offer.of(read_cart(acme, ben), acme, terms), Order.objects.count()
        order = lambda shown=shown: place_order(ben.at[acme.number], form_key=uuid.uuid4(), shown=shown)
        ordered, added = at_once(order, lambda: put(acme, ben, priced(acme, other), 1), refused=CartChanged)
        assert added.article_id == other.pk
        left = {line.article for line in CartLine.objects.all()}
        if isinstance(ordered, Order):
            assert [line.article for line in ordered.lines.all()] == [article] and left == {other}
        else:
            assert isinstance(ordered, CartChanged) and left == {article, other} and Order.objects.count() == before


def test_a_line_changed_while_it_is_ordered_does_not_come_back(acme, ben, article):
    terms = make.TermsFactory()
    for _round in range(5):
        CartLine.objects.all().delete()
        line = put(acme, ben, priced(acme, article), 1)
        shown = Offer.of(read_cart(acme, ben), acme, terms)
        order = lambda shown=shown: place_order(ben.at[acme.number], form_key=uuid.uuid4(), shown=shown)
        ordered, changed = at_once(
            order, lambda line=line: change(acme, ben, line, quantity=5), refused=(OrderRefused, LineGone)
        )
        if isinstance(ordered, Order):
            assert isinstance(changed, LineGone) and not CartLine.objects.exists()
        else:
            assert isinstance(ordered, OrderRefused) and CartLine.objects.get().quantity == 5


def test_taken_out_twice_at_once_is_out(acme, ben, article):
    line = put(acme, ben, priced(acme, article), 1)
    answers = at_once(*[lambda: take_out(acme, ben, copy(line))] * 2, refused=LineGone)
    assert sorted(type(answer).__name__ for answer in answers) == ["LineGone", "NoneType"]


def test_an_article_put_on_a_list_twice_at_once_stands_there_once(acme, ben, as_, article):
    kept = acme.shopping_lists.create(owner=ben, name="Monatlich")
    tabs, url = [as_(ben) for _tab in range(4)], reverse("list_add", args=[acme.number, article.number])
    press = [lambda tab=tab: tab.post(url, {"list": kept.pk}).status_code for tab in tabs]
    assert at_once(*press) == [302] * 4
    assert kept.lines.count() == 1


def test_a_list_deleted_and_changed_at_once_is_never_an_error(acme, ben, as_, article):
    one, two = as_(ben), as_(ben)
    for number in range(5):
        kept = acme.shopping_lists.create(owner=ben, name=f"Liste {number}")
        delete, update = (reverse(name, args=[acme.number, kept.pk]) for name in ("list_delete", "list_update"))
        answers = at_once(
            lambda url=delete: one.post(url).status_code,
            lambda url=update: two.post(url, {"name": "Neu"}).status_code,
        )
        assert answers == [302, 302]


def test_two_lists_renamed_alike_at_once(acme, ben, as_):
    tabs = [as_(ben), as_(ben)]
    lists = [acme.shopping_lists.create(owner=ben, name=name) for name in ("A", "B")]
    urls = [reverse("list_update", args=[acme.number, kept.pk]) for kept in lists]
    press = [
        lambda tab=tab, url=url: tab.post(url, {"name": "Neu"}).status_code for tab, url in zip(tabs, urls, strict=True)
    ]
    answers = at_once(*press)
    assert sorted(answers) == [302, 422]
