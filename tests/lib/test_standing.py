"""A question that is made once asks what it would ask if it were made each time."""

import datetime as dt
from unittest import mock

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Count, Value
from django.utils import timezone

from access.models import Membership
from accounts.models import Session
from contracts.models import Product
from orders.models import Order
from portal.lib.days import ONE_DAY, today
from portal.lib.searching import IsAnyOf
from portal.lib.standing import Standing

from .. import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def built():
    return []


def test_rows_come_for_the_values_given_and_it_is_built_once(acme, olga, ben, built):
    def build(number, user):
        built.append(number)
        rows = Membership.objects.filter(company__number=number, user=user).select_related("company")
        return rows.annotate(orders=Count("company__orders"))[:1]

    asked = Standing(build, number=str, user=int)
    make.OrderFactory(company=acme)
    for person in (olga, ben, olga):
        (row,) = asked(number=acme.number, user=person.pk)
        assert (row.user_id, row.company, row.orders) == (person.pk, acme, 1)
        assert row == Membership.objects.get(company=acme, user=person)
    assert asked(number="no such", user=olga.pk) == []
    assert len(built) == 1


def test_values_lists_and_variants(acme, built):
    def build(states, company):
        built.append(states)
        found = Order.objects.filter(company=company, state__in=states).order_by("number")
        return found.values_list("number", flat=True)

    asked = Standing(build, company=int)
    orders = [make.OrderFactory(company=acme, state=state) for state in ("received", "accepted", "cancelled")]
    one, two = ("received",), ("received", "accepted")
    for states in (one, two, one):
        assert asked(states, company=acme.pk) == [order.number for order in orders[: len(states)]]
    assert len(built) == 2


def test_it_is_made_anew_when_the_day_changes(acme, built):
    def build(company):
        built.append(today())
        return Membership.objects.filter(company=company, ends_on__lt=today())

    asked = Standing(build, company=int)
    make.MembershipFactory(company=acme, ends_on=today())
    assert asked(company=acme.pk) == []
    with mock.patch("django.utils.timezone.localdate", return_value=today() + ONE_DAY):
        assert len(asked(company=acme.pk)) == 1
    assert len(built) == 2 and len(asked.made) == 1


def test_moments_move_with_the_time(olga, as_):
    as_(olga)
    asked = Standing(lambda key: Session.objects.alive().filter(session_key=key), key=str)
    (row,) = Session.objects.filter(user=olga)
    assert asked(key=row.session_key) == [row]
    later = timezone.now() + dt.timedelta(days=100)
    with mock.patch("portal.lib.standing.timezone.now", return_value=later), \
            mock.patch("portal.lib.standing.today", return_value=today()):  # fmt: skip
        assert asked(key=row.session_key) == []


def test_lists_of_ids_and_the_server_s_plan(acme, built):
    def build(company, orders):
        built.append(orders)
        wanted = IsAnyOf("company", Value(orders, output_field=ArrayField(BigIntegerField())))
        return Order.objects.filter(wanted, company__name__contains="100 %", company=company).order_by("number")

    asked = Standing(build, company=int, orders=list)
    other = make.CompanyFactory(name="Ganz 100 % GmbH")
    order = make.OrderFactory(company=other)
    for ids, found in (([acme.pk, other.pk], [order]), ([acme.pk], []), ([], []), ([other.pk], [order])):
        assert asked(company=other.pk, orders=ids) == found
    assert len(built) == 1


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_a_migration_has_outdated_is_made_anew():
    product = make.ProductFactory(number="47")
    asked = Standing(lambda number: Product.objects.filter(number=number), number=str)
    for _turn in range(3):
        assert asked(number="47") == [product]
    change = "alter table contracts_product alter column tagline type varchar({})"
    with connection.cursor() as cursor:
        cursor.execute(change.format(230))
    try:
        assert asked(number="47") == [product]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(change.format(200))
