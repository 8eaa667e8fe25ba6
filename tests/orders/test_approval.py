"""Orders above a limit wait: by order and by month, approved by others, whatever happens meanwhile."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.models import Membership
from access.rights import Right
from orders.approval import decide, needs_approval, ordered_this_month
from orders.models import Order
from orders.states import OrderRefused
from shop.models import Article

from .. import factories as make

pytestmark = pytest.mark.django_db


def member(person):
    return Membership.objects.select_related("company").get(user=person, company__number="12345")


@pytest.fixture
def waiting(acme, ben):
    article = make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("499"))
    order = make.OrderFactory(company=acme, ordered_by=ben, state=Order.State.WAITING)
    make.OrderLineFactory(order=order, article=article, kind=Article.Kind.SERVICE)
    return order


def now(order):
    order.refresh_from_db()
    return order.state


def detail(client, order):
    return client.get(reverse("order_detail", args=["12345", order.pk])).content.decode()


@pytest.mark.parametrize(
    "limit, month, net, waits",
    [
        (None, None, 10_000, False),
        (500, None, 500, False),
        (500, None, Decimal("500.01"), True),
        (0, None, 1, True),
        (None, 1000, 600, False),
        (None, 1000, Decimal("600.01"), True),
        (500, 1000, 450, False),
        (500, 300, 100, True),
    ],
)
def test_what_is_above_a_limit_waits(acme, ben, limit, month, net, waits):
    """400 euro were ordered this month already; what was cancelled, of others or of last month does not count."""
    make.OrderFactory(company=acme, ordered_by=ben, net=400)
    make.OrderFactory(company=acme, ordered_by=ben, net=5000, state=Order.State.CANCELLED)
    make.OrderFactory(company=acme, net=5000)
    last_month = timezone.localtime().replace(day=1, hour=0, minute=0) - dt.timedelta(minutes=1)
    make.OrderFactory(company=acme, ordered_by=ben, net=5000, placed_at=last_month)
    Membership.objects.filter(user=ben).update(order_limit=limit, order_limit_month=month)
    assert ordered_this_month(member(ben)) == 400
    assert needs_approval(member(ben), Decimal(net)) == waits


def test_a_holder_has_no_limit(olga):
    row = member(olga)
    row.order_limit = row.order_limit_month = 0
    assert not needs_approval(row, Decimal(1))


def test_a_deputy_approves_from_the_link(deniz, waiting, as_):
    client = as_(deniz)
    assert "bittet um Ihre Freigabe" in detail(client, waiting)
    client.post(reverse("order_decide", args=["12345", waiting.pk]), {"decision": "approve", "reason": "Gut."})
    assert now(waiting) == "received" and waiting.events.get().by == deniz


def test_rejecting_tells_the_reason(olga, ben, waiting, as_):
    url = reverse("order_decide", args=["12345", waiting.pk])
    as_(olga).post(url, {"decision": "reject", "reason": "Kein Budget."})
    assert now(waiting) == "cancelled"
    (told,) = [message for message in mail.outbox if message.to == [ben.email]]
    assert "Kein Budget." in told.body


def test_nobody_approves_their_own(acme, ben, waiting, as_):
    """Edge 70: not even somebody who became deputy since."""
    from access.store import set_rights

    set_rights(member(ben), {Right.SHOP, Right.ACCESS})
    as_(ben).post(reverse("order_decide", args=["12345", waiting.pk]), {"decision": "approve"})
    assert now(waiting) == "waiting" and "bittet um Ihre Freigabe" not in detail(as_(ben), waiting)


def test_an_approver_who_is_gone_decides_nothing_and_others_can(olga, deniz, waiting):
    """Edge 70: what counts is who may now, not who was mailed."""
    gone = member(deniz)
    Membership.objects.filter(user=deniz).update(suspended_at=timezone.now())
    with pytest.raises(OrderRefused):
        decide(waiting, gone, approves=True)
    assert now(waiting) == "waiting"
    decide(waiting, member(olga), approves=True)
    assert now(waiting) == "received"


def test_who_ordered_has_left_and_the_order_waits_on(acme, olga, ben, waiting, as_):
    """Edge 43: open approvals are not lost with the person."""
    member(ben).delete()
    assert "bittet um Ihre Freigabe" in detail(as_(olga), waiting)
    decide(waiting, member(olga), approves=True)
    assert now(waiting) == "received"


def test_a_price_that_changed_meanwhile_is_shown_and_the_order_stays(olga, waiting, as_):
    """Edge 70: what is approved is the offer as it was placed."""
    assert "Heute anders" not in detail(as_(olga), waiting)
    Article.objects.update(list_price=Decimal("555"))
    page = detail(as_(olga), waiting)
    assert "Heute anders" in page and "555,00" in page
    decide(waiting, member(olga), approves=True)
    waiting.refresh_from_db()
    assert waiting.net == Decimal("499.00")


def test_a_raised_limit_lets_no_waiting_order_slip_through(ben, waiting):
    Membership.objects.filter(user=ben).update(order_limit=10_000)
    assert now(waiting) == "waiting"


def test_two_decisions_are_one(olga, deniz, waiting):
    decide(waiting, member(olga), approves=True)
    with pytest.raises(OrderRefused):
        decide(waiting, member(deniz), approves=False)
    assert now(waiting) == "received"


def test_the_monthly_limit_is_kept_on_the_person_s_page_and_logged(acme, olga, ben, as_):
    row = member(ben)
    data = {"function": "", "ends_on": "", "order_limit": "", "order_limit_month": "2.000", "version": row.version}
    as_(olga).post(f"/kunde/12345/zugaenge/{row.pk}/", data)
    assert member(ben).order_limit_month == 2000
    page = as_(olga).get("/kunde/12345/zugaenge/protokoll/").content.decode()
    assert "Bestellgrenze geändert (im Monat): keine Grenze, jetzt 2.000,00" in page


def test_the_tile_says_that_something_waits_to_those_who_decide(olga, deniz, ben, waiting, as_):
    for person, told in ((olga, True), (deniz, True), (ben, False)):
        page = as_(person).get("/kunde/12345/").content.decode()
        assert ("1 Bestellung wartet auf Freigabe" in page) == told
