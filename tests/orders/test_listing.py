"""The list page by page, and what an order is found by: kept by the database, whatever writes it."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils.translation import override

from orders.forms import OrderFilter
from orders.listing import ON_A_PAGE, OrderPages
from orders.models import Order, OrderWords

from .. import factories as make


def pages(company, person, **asked):
    form = OrderFilter(RequestFactory().get("/", asked).GET, person=person, may_approve=True)
    count = form.narrowed(form.found(company.orders)).count()
    return OrderPages(company, form, count=count)


@pytest.mark.parametrize("asked", [{}, {"mine": "1"}, {"state": "received"}])
def test_pages_are_those_of_the_whole_list(asked, acme, olga):
    """From either end, and whoever else ordered at the same moment."""
    orders = (
        Order(company=acme, ordered_by=olga, number=f"P-{place}", placed_at=f"2025-03-{1 + place // 4:02}T10:00:00Z")
        for place in range(2 * ON_A_PAGE + 5)
    )
    Order.objects.bulk_create(orders)
    make.OrderFactory(placed_at="2025-03-05T10:00:00Z")
    found = pages(acme, olga, **asked)
    shown = [[order.pk for order in found.get_page(number)] for number in found.page_range]
    whole = [order.pk for order in acme.orders.order_by("-placed_at", "-number")]
    assert [len(page) for page in shown] == [ON_A_PAGE, ON_A_PAGE, 5]
    assert [pk for page in shown for pk in page] == whole
    assert [order.pk for order in found.get_page(99)] == whole[-5:]


def test_a_page_of_nothing(acme, olga):
    assert list(pages(acme, olga).get_page(1)) == []


def test_rows_say_what_was_ordered_and_what_waits(acme, olga, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, state=Order.State.WAITING)
    make.OrderLineFactory(order=order, name="Zähler", position=1)
    make.OrderLineFactory(order=order, name="Archiv", position=2)
    (row,) = pages(acme, olga).get_page(1)
    with override("en"):
        assert (row.what, row.group, str(row.state_told)) == ("Zähler and Archiv", "asks", "waiting for approval")


def test_the_words_follow_order_and_lines(acme):
    order = make.OrderFactory(company=acme, number="A-1", reference="Müller Süd", orderer_name="Ben Bauer")
    line = make.OrderLineFactory(order=order, name="Heizkosten-Archiv", article_number="GIR 02/7")
    words = ["a-1", "müller süd", "mueller", "BAUER", "heizkostenarchiv", "gir02/7", "02/7"]
    assert [word for word in words if not Order.objects.search(word)] == []
    order.orderer_name = "Ada"
    order.save()
    line.name = "Mahnwesen"
    line.save()
    assert not Order.objects.search("bauer") and not Order.objects.search("archiv")
    assert order in Order.objects.search("ada mahnwesen a-1")
    line.delete()
    assert not Order.objects.search("mahnwesen") and order in Order.objects.search("ada")
    order.delete()
    assert not OrderWords.objects.filter(pk=order.pk).exists()


def test_a_short_word_is_found_as_it_is_written(acme):
    order = make.OrderFactory(company=acme, reference="ab-c d")
    assert order in Order.objects.search("ab-c")
    assert order not in Order.objects.search("abc")


def test_words_are_of_all_rows_of_one_statement(acme):
    orders = make.OrderFactory.create_batch(3, company=acme)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into orders_orderline (order_id, position, name, quantity, unit_price, vat_rate, net, unit, "
            "article_number) select id, 7, 'Gemeinsam', 1, 1, 19, 1, '', '' from orders_order where company_id = %s",
            [acme.pk],
        )
        assert set(Order.objects.search("gemeinsam")) == set(orders)
        cursor.execute("update orders_orderline set name = 'Anders' where name = 'Gemeinsam'")
    assert not Order.objects.search("gemeinsam") and Order.objects.search("anders").count() == 3
