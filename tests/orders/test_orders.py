"""Orders afterwards: found, read, cancelled, ordered again."""

import csv
import io
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from orders.models import Order
from orders.states import accept, cancel
from shop.cart import put, read_cart
from shop.models import Article

from .. import factories as make


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("499"))


@pytest.fixture
def order(acme, ben, article):
    order = make.OrderFactory(company=acme, ordered_by=ben, reference="B-1")
    make.OrderLineFactory(order=order, article=article, article_number=article.number, unit_price=Decimal("499"))
    return order


def page(client, name, company, *args, **query):
    return client.get(reverse(name, args=[company.number, *args]), query).content.decode()


@pytest.mark.parametrize("words", ["B-1", "Bauer", "Nebenkosten", "b-1 bauer"])
def test_orders_are_found(words, acme, olga, as_, order):
    other = make.OrderFactory(company=acme, orderer_name="Dora Dietz", reference="X-9")
    found = page(as_(olga), "order_list", acme, q=words)
    assert order.number in found and other.number not in found


@pytest.mark.parametrize(
    "query", [{"state": "unsinn"}, {"year": "x' or 1=1"}, {"page": "99999999999"}, {"q": "\0"}, {"mine": "9"}]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(query, acme, olga, as_, order):
    assert order.number in page(as_(olga), "order_list", acme, **query)


def test_mine_and_all(acme, olga, as_, order):
    assert order.number not in page(as_(olga), "order_list", acme, mine="1")


def test_csv_is_safe_to_open(acme, olga, as_, order):
    """Edge 82."""
    Order.objects.filter(pk=order.pk).update(reference="=1+1", orderer_name="@SUM(A1)")
    answer = as_(olga).get(reverse("order_export", args=[acme.number]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text), delimiter=";")
    assert head[0] == "Nummer"
    assert row[0] == order.number
    assert "'=1+1" in row and "'@SUM(A1)" in row and "499,00" in row


def test_the_orderer_cancels_until_the_vendor_accepts(acme, ben, as_, order):
    client, url = as_(ben), reverse("order_cancel", args=[acme.number, order.pk])
    client.get(url)
    order.refresh_from_db()
    assert order.state == "received", "asking changes nothing"
    client.post(url)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert {message.to[0] for message in mail.outbox} == {ben.email, acme.email}


def test_an_accepted_order_is_not_cancelled_by_the_customer(acme, ben, admin, as_, order):
    accept(order, by=admin)
    as_(ben).post(reverse("order_cancel", args=[acme.number, order.pk]))
    order.refresh_from_db()
    assert order.state == "accepted"


def test_history_keeps_the_name_of_who_left(acme, olga, ben, as_, order):
    """Edges 44, 73."""
    ben.at[acme.number].delete()
    assert "Ben Bauer" in page(as_(olga), "order_detail", acme, order.pk).replace(order.orderer_name, "Ben Bauer")
    cancel(order, by=None, reason="Irrtum", by_customer=False)
    assert [message.to for message in mail.outbox] == [[acme.email]], "who left gets no mail"


# --- again ---


def test_again_where_nothing_changed_is_one_click(acme, ben, as_, order, article):
    client = as_(ben)
    assert "Seitdem hat sich nichts geändert" in page(client, "order_again", acme, order.pk)
    answer = client.post(reverse("order_again", args=[acme.number, order.pk]))
    assert answer.url == reverse("order_create", args=[acme.number])
    (line,) = read_cart(acme, ben).lines
    assert (line.article, line.quantity) == (article, 1)
    assert Order.objects.count() == 1, "nothing is ordered yet"


def test_again_shows_the_difference(acme, ben, as_, order, article):
    article.list_price = Decimal("529.50")
    article.save()
    shown = page(as_(ben), "order_again", acme, order.pk)
    assert "499,00\xa0€" in shown and "529,50\xa0€" in shown and "30,50\xa0€" in shown


def test_again_names_what_cannot_be_ordered(acme, ben, as_, order, article):
    """Edges 72, 76."""
    gone = make.OrderLineFactory(order=order, name="Formularwesen", article=None)
    client = as_(ben)
    assert "nicht mehr im Shop" in page(client, "order_again", acme, order.pk)
    answer = client.post(reverse("order_again", args=[acme.number, order.pk]), follow=True)
    assert gone.name in answer.content.decode()
    assert len(read_cart(acme, ben).lines) == 1


def test_again_with_nothing_left_to_order(acme, ben, as_, order, article):
    article.is_active = False
    article.save()
    client = as_(ben)
    assert "Keine dieser Positionen" in page(client, "order_again", acme, order.pk)
    client.post(reverse("order_again", args=[acme.number, order.pk]))
    assert read_cart(acme, ben).lines == []


@pytest.mark.parametrize("mode, quantities", [("add", [3, 1]), ("replace", [1])])
def test_again_beside_a_full_cart(mode, quantities, acme, ben, as_, order):
    other = make.ArticleFactory(fits=[acme.licences.get().product])
    put(acme, ben, Article.objects.with_prices(acme).get(pk=other.pk), 3)
    client = as_(ben)
    assert 'value="replace"' in page(client, "order_again", acme, order.pk)
    client.post(reverse("order_again", args=[acme.number, order.pk]), {"mode": mode})
    assert [line.quantity for line in read_cart(acme, ben).lines] == quantities
