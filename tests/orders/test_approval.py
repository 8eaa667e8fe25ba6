"""Orders above a limit wait: by order and by month, approved by others, whatever happens meanwhile."""

import datetime as dt
import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.models import Membership
from access.rights import Right
from orders.approval import decide, needs_approval, ordered_this_month
from orders.models import Order
from orders.offer import Offer
from orders.placing import CartChanged, place_order, terms_of_sale
from orders.states import OrderRefused
from portal.lib.plain import defuse
from portal.lib.refusals import Refused
from portal.lib.tags import money
from shop.cart import put, read_cart
from shop.models import Article

from .. import factories as make
from ..threads import at_once

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
    with pytest.raises(Refused):
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
    assert "Seit der Bestellung hat sich geändert" not in detail(as_(olga), waiting)
    Article.objects.update(list_price=Decimal("555"))
    page = detail(as_(olga), waiting)
    assert "Seit der Bestellung hat sich geändert" in page and "555,00" in page
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
    assert "Bestellgrenze geändert (je Monat): keine Bestellgrenze, jetzt 2.000,00" in page


def test_the_tile_says_that_something_waits_to_those_who_decide(olga, deniz, ben, waiting, as_):
    for person, told in ((olga, True), (deniz, True), (ben, False)):
        page = as_(person).get("/kunde/12345/").content.decode()
        assert ("1 Freigabe offen" in page) == told


# --- Whose limits, whose pages ---


@pytest.fixture
def vera(acme, olga):
    """A deputy without the shop."""
    user = make.UserFactory(first_name="Vera", last_name="Vogt", email="vera@12345.example")
    make.MembershipFactory(company=acme, user=user, rights=[Right.ACCESS])
    return user


def press(client, order, **data):
    url = reverse("order_decide", args=["12345", order.pk])
    return client.post(url, {"decision": "approve", **data}, follow=True)


@pytest.mark.parametrize("limit, month, goes", [
    (None, None, True), (499, None, True), (498, None, False), (0, None, False), (None, 499, True), (None, 498, False),
])  # fmt: skip
def test_nobody_lets_through_what_they_could_not_order_themselves(deniz, waiting, as_, limit, month, goes):
    Membership.objects.filter(user=deniz).update(order_limit=limit, order_limit_month=month)
    client = as_(deniz)
    page = detail(client, waiting)
    assert (">Freigeben<" in " ".join(page.split()).replace("> ", ">").replace(" <", "<")) == goes
    assert ("über Ihrer eigenen Bestellgrenze" in page) != goes
    answer = press(client, waiting).content.decode()
    assert now(waiting) == ("received" if goes else "waiting")
    assert ("über Ihrer eigenen Bestellgrenze" in answer) != goes
    if not goes:
        press(client, waiting, decision="reject", reason="Nein.")
        assert now(waiting) == "cancelled", "rejecting spends nothing"


def test_what_was_let_through_counts_into_the_month_of_who_did(acme, ben, deniz, waiting):
    """With a second mailbox, orders here and approvals there, a limit is still one limit."""
    Membership.objects.filter(user=deniz).update(order_limit_month=900)
    decide(waiting, member(deniz), approves=True)
    assert ordered_this_month(member(deniz)) == 499
    assert needs_approval(member(deniz), Decimal(402)) and not needs_approval(member(deniz), Decimal(401))
    second = make.OrderFactory(company=acme, ordered_by=ben, state=Order.State.WAITING)
    with pytest.raises(OrderRefused, match="Bestellgrenze"):
        decide(second, member(deniz), approves=True)
    Order.objects.filter(pk=waiting.pk).update(state="cancelled")
    decide(second, member(deniz), approves=True)


def test_an_own_order_and_its_approval_by_others_count_once(ben, deniz, waiting):
    waiting.note_event("waiting", by=ben)
    decide(waiting, member(deniz), approves=True)
    assert ordered_this_month(member(ben)) == 499 == ordered_this_month(member(deniz))


def test_only_those_are_asked_for_whom_the_page_opens_and_who_may_say_yes(acme, olga, ben, deniz, vera, waiting, as_):
    from orders.mails import mail_approvers

    Membership.objects.filter(user=deniz).update(order_limit=100)
    mail_approvers(waiting, member(ben))
    asked = {message.to[0] for message in mail.outbox}
    assert asked == {olga.email, vera.email}
    for person in (olga, vera):
        assert as_(person).get(reverse("order_detail", args=["12345", waiting.pk])).status_code == 200


def test_a_deputy_without_the_shop_decides_and_reads_nothing_else(acme, ben, vera, waiting, as_):
    client = as_(vera)
    other = make.OrderFactory(company=acme, ordered_by=ben, number="FREMD-7")
    assert "1 Freigabe offen" in client.get("/kunde/12345/").content.decode()
    listed = client.get(reverse("order_list", args=["12345"])).content.decode()
    assert waiting.number in listed and "FREMD-7" not in listed and "erneut/" not in listed
    page = detail(client, waiting)
    assert "bittet um Ihre Freigabe" in page and "erneut/" not in page and "bestellung.pdf" not in page
    for name in ("order_pdf", "order_again", "order_cancel"):
        assert client.get(reverse(name, args=["12345", waiting.pk])).status_code == 403
    assert client.get(reverse("order_detail", args=["12345", other.pk])).status_code == 403
    answer = press(client, waiting)
    assert answer.status_code == 200 and "Die Bestellung wurde freigegeben." in answer.content.decode()
    assert now(waiting) == "received"
    again = client.get(reverse("order_detail", args=["12345", waiting.pk]))
    assert again.status_code == 403 and "wartet nicht mehr auf Freigabe" in again.content.decode()
    assert "Nichts wartet auf Ihre Freigabe" in client.get(reverse("order_list", args=["12345"])).content.decode()


@pytest.mark.parametrize("state", ["received", "accepted", "partly", "fulfilled", "cancelled", "waiting"])
@pytest.mark.parametrize("data", [{"reason": "x" * 6000}, {"decision": "?"}, {}, {"decision": ""}])
def test_a_broken_form_opens_no_order(acme, ben, vera, as_, state, data):
    """Only an order that they may decide is shown again with the error; any other looks the same, valid form or not."""
    order = make.OrderFactory(company=acme, ordered_by=ben, state=state, address="Geheimer Weg 7", note="Vertraulich")
    url = reverse("order_decide", args=["12345", order.pk])
    answer = as_(vera).post(url, data, follow=True)
    page = answer.content.decode()
    assert ("Geheimer Weg 7" in page and "Vertraulich" in page) == (state == "waiting")
    assert now(order) == state, "without a word nothing is decided"


def test_one_s_own_waiting_order_is_not_opened_by_the_decision_s_form(acme, vera, as_):
    order = make.OrderFactory(company=acme, ordered_by=vera, state="waiting", address="Geheimer Weg 7")
    answer = as_(vera).post(reverse("order_decide", args=["12345", order.pk]), {"reason": "x" * 6000}, follow=True)
    assert "Geheimer Weg 7" not in answer.content.decode()
    assert as_(vera).get(reverse("order_detail", args=["12345", order.pk])).status_code == 403


# --- What is mailed while it waits ---


@pytest.fixture
def placed(acme, olga, ben, as_):
    """Ben's order of a seat, above his limit, placed in the checkout."""
    make.TermsFactory()
    Membership.objects.filter(user=ben).update(order_limit=100)
    training = make.ArticleFactory(
        name="Schulung WEG", kind="S", fits=[acme.licences.get().product], list_price=Decimal("499")
    )
    date = make.TrainingDateFactory(article=training)
    client = as_(ben)
    client.post(
        reverse("cart_add", args=["12345", training.number]), {"date": date.pk, "participants": "Anna Arndt\nBodo Beck"}
    )
    url = reverse("order_create", args=["12345"])
    form = client.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    page = client.post(url, {**sent, "accepts_terms": "on"}, follow=True).content.decode()
    assert "Zur Freigabe vorgelegt." in page
    return Order.objects.get()


def subjects(address):
    return [message.subject for message in mail.outbox if address in message.to]


def test_while_it_waits_nobody_reads_that_it_is_booked_or_received(acme, olga, ben, placed):
    assert placed.state == "waiting" and acme.training_bookings.taken().count() == 2, "the seats are held"
    assert subjects(ben.email) == [f"Ihre Bestellung {placed.number} muss noch freigegeben werden"]
    assert subjects(acme.email) == []
    assert subjects(olga.email) == [
        f"Bitte freigeben: {placed.number} von Ben Bauer, {defuse(money(placed.net))} netto"
    ]
    mail.outbox.clear()
    decide(placed, member(olga), approves=True, reason="Passt.")
    assert subjects(ben.email) == [f"Bestelleingang: Ihre Bestellung {placed.number}"], "one mail, with the seats in it"
    assert subjects(acme.email) == [f"Bestelleingang: Ihre Bestellung {placed.number}"]
    (receipt,) = [message for message in mail.outbox if acme.email in message.to]
    assert receipt.body.count("Olga Oswald hat Ihre Bestellung") == 1 and "> Passt." in receipt.body
    assert "Anna Arndt, Bodo Beck" in receipt.body


def test_what_is_rejected_is_told_to_who_ordered_only(acme, olga, ben, placed):
    mail.outbox.clear()
    decide(placed, member(olga), approves=False, reason="Kein Budget.")
    assert {message.to[0] for message in mail.outbox} == {ben.email}
    assert not acme.training_bookings.taken().exists()


@pytest.mark.django_db(transaction=True)
def test_ordering_and_approving_at_once_keep_one_limit(acme, ben, deniz):
    """Of an own order and an approval in the same moment, only one goes out within the month's limit."""
    make.TermsFactory()
    article = make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("499"))
    Membership.objects.filter(user=deniz).update(order_limit_month=900)
    for _round in range(4):
        Order.objects.update(state="cancelled")
        waiting = make.OrderFactory(company=acme, ordered_by=ben, state=Order.State.WAITING)
        put(acme, deniz, Article.objects.with_prices(acme).get(pk=article.pk), 1)
        shown = Offer.of(read_cart(acme, deniz), acme, terms_of_sale())
        own, approved = at_once(
            partial(place_order, member(deniz), form_key=uuid.uuid4(), shown=shown),
            partial(decide, waiting, member(deniz), approves=True),
            refused=(CartChanged, OrderRefused),
        )
        assert isinstance(own, CartChanged) != isinstance(approved, OrderRefused), "the page said nothing of approval"
        assert Order.objects.filter(state="received").count() == 1
