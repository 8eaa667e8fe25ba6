"""Lists and forms of the admin in the portal's hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils import timezone, translation

from orders.models import Order
from portal.lib.days import ENDLESS
from portal.staff.showing import shown

from .. import factories as make

TABLES = admin.site._registry.items()


@pytest.mark.parametrize("model, table", TABLES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_list_has_at_most_five_columns_each_with_german_words(model, table):
    assert len(table.list_display) <= 5
    with translation.override("de"):
        for name in table.list_display:
            field = next((one for one in model._meta.fields if one.name == name), None)
            if field is not None and field.is_relation:
                assert str(field.verbose_name) != name.replace("_", " "), name


@pytest.mark.parametrize(
    "field, name, value, text",
    [
        (models.DecimalField(decimal_places=2), "net", Decimal("1074"), "1.074,00\N{NO-BREAK SPACE}€"),
        (models.DateField(), "day", dt.date(2026, 12, 31), "31.12.2026"),
        (models.DateField(), "ends_on", ENDLESS, "unbefristet"),
        (models.DateTimeField(), "at", dt.datetime(2026, 12, 31, 13, 5, tzinfo=dt.UTC), "31.12.2026, 14:05"),
        (models.BooleanField(), "is_active", False, "Nein"),
        (models.BooleanField(), "is_active", True, "Ja"),
        (None, "standing", None, None),
    ],
)
def test_values_are_written_as_in_the_portal(field, name, value, text):
    with translation.override("de"):
        told = shown(field, name, value)
    assert told is None if text is None else text in told.html


def test_a_row_says_its_state_sum_and_the_label_of_each_cell(admin, as_, acme, olga):
    order = make.OrderFactory(company=acme, ordered_by=olga, placed_at=timezone.now(), net=Decimal("1074"))
    page = as_(admin).get(reverse("admin:orders_order_changelist")).content.decode()
    assert 'data-label="Firma"' in page
    assert 'class="state state-wait"' in page and order.get_state_display() in page
    assert "1.074,00\N{NO-BREAK SPACE}€" in page


def test_a_filter_in_use_is_a_chip_that_can_be_taken_off(admin, as_, acme):
    page = as_(admin).get(reverse("admin:orders_order_changelist"), {"state__exact": "received", "q": "zzzz"})
    html = page.content.decode()
    assert 'href="?q=zzzz"' in html and 'href="?state__exact=received"' in html
    assert "Zu dieser Suche und diesen Filtern gibt es nichts" in html


def test_what_the_order_s_machine_refuses_is_not_offered(admin, as_, acme, olga):
    waits = make.OrderFactory(company=acme, ordered_by=olga, state=Order.State.WAITING)
    make.OrderLineFactory(order=waits)
    page = as_(admin).get(reverse("admin:orders_order_decide", args=[waits.pk])).content.decode()
    assert 'name="decide"' not in page and "Freigabe beim Kunden" in page
