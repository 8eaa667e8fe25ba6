"""A part is a new offer (§ 150 (2) BGB): the customer is shown what was declined, and says yes or withdraws."""

import datetime as dt
from copy import copy
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.models import Membership
from access.rights import Right
from orders.chart import chart_of
from orders.feed import events_after
from orders.models import Order, OrderEvent, Webhook, WebhookCall
from orders.states import OrderRefused, accept, agree, cancel
from orders.tasks import make_missing_confirmations, remind_of_offers
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs
from ..look.pages import tree_of
from ..threads import at_once

pytestmark = pytest.mark.django_db
Kind = Article.Kind


@pytest.fixture
def vera(acme, olga):
    """A deputy without the shop."""
    user = make.UserFactory(first_name="Vera", last_name="Vogt", email="vera@12345.example")
    make.MembershipFactory(company=acme, user=user, rights=[Right.ACCESS])
    return user


@pytest.fixture
def order(acme, ben):
    """Software and a training of two seats; Ben has ordered them."""
    order = make.OrderFactory(
        company=acme, ordered_by=ben, number="TSA-1", net=Decimal("798.00"), vat=Decimal("151.62"), form_key=None
    )
    crm = make.ProductFactory(number="8000", name="DOMUS CRM")
    article = make.ArticleFactory(kind=Kind.SOFTWARE, grants=crm)
    make.OrderLineFactory(order=order, position=1, article=article, kind=Kind.SOFTWARE, name="DOMUS CRM")
    make.OrderLineFactory(order=order, position=2, kind=Kind.SERVICE, name="Schulung vor Ort", net=Decimal("299.00"))
    return order


@pytest.fixture
def offered(order):
    accept(order, by=None, declined={order.lines.get(position=2).pk: "Kein Termin frei"})
    order.refresh_from_db()
    return order


def state(order):
    order.refresh_from_db()
    return order.state


def page(client, order):
    return client.get(reverse("order_detail", args=["12345", order.pk])).content.decode()


def press(client, order, decision="agree", **data):
    url = reverse("order_answer", args=["12345", order.pk])
    return client.post(url, {"decision": decision, **data}, follow=True)


def given(order):
    return order.company.licences.filter(product__number="8000").exists()


# --- Before the yes ---


def test_a_part_is_offered_and_nothing_of_it_delivered(acme, offered):
    assert offered.state == "offered" and not given(offered)
    assert {line.name: line.state for line in offered.lines.all()} == {
        "DOMUS CRM": "open", "Schulung vor Ort": "declined",
    }  # fmt: skip
    run_jobs("make_confirmation")
    make_missing_confirmations.func(timestamp=0)
    assert not acme.documents.exists()


def test_who_ordered_and_the_mailbox_read_what_is_not_possible_and_what_is(acme, ben, offered):
    assert {message.to[0] for message in mail.outbox} == {ben.email, acme.email}
    for message in mail.outbox:
        assert message.subject == "Ihre Bestellung TSA-1: Wir können einen Teil liefern, bitte antworten Sie"
        body = " ".join(message.body.split())
        assert "- Schulung vor Ort: Kein Termin frei" in body and "DOMUS CRM" in body
        assert "Summe netto 499,00 €" in body and "Bestellt: 798,00 € netto" in body
        assert "vor Ihrem Ja liefern wir nichts" in body
        assert f"/bestellungen/{offered.pk}/#answer" in body


@pytest.mark.parametrize("lost", ["right", "person"])
def test_where_who_ordered_cannot_answer_those_are_asked_who_approve(acme, olga, ben, vera, deniz, order, lost):
    """Nobody is mailed for whom the page does not open, nor whose limit forbids the yes."""
    Membership.objects.filter(user=deniz).update(order_limit=100)
    row = Membership.objects.get(user=ben)
    row.rights.all().delete() if lost == "right" else row.delete()
    accept(order, by=None, declined={order.lines.get(position=2).pk: "…"})
    asked = {message.to[0] for message in mail.outbox} - {acme.email}
    assert {olga.email, vera.email} <= asked and deniz.email not in asked


def test_the_page_asks_those_who_may_answer_and_tells_the_others(acme, olga, ben, vera, deniz, offered, as_):
    colleague = make.UserFactory(email="mia@12345.example")
    make.MembershipFactory(company=acme, user=colleague, rights=[Right.SHOP])
    for person, asks in ((olga, True), (deniz, True), (ben, True), (vera, True), (colleague, False)):
        html = page(as_(person), offered)
        assert ("Das Übrige zahlungspflichtig bestellen" in html) == asks
        assert "Schulung vor Ort" in html and "wartet auf Ihre Antwort" in html
    press(as_(colleague), offered)
    assert state(offered) == "offered"


@pytest.mark.parametrize("decision", ["", "?", None])
def test_without_a_clear_answer_nothing_happens(ben, offered, as_, decision):
    answer = press(as_(ben), offered, **({} if decision is None else {"decision": decision}), reason="x" * 400)
    assert state(offered) == "offered" and "Bestellung zurückziehen" in answer.content.decode()


def test_an_offer_is_answered_and_not_cancelled_by_a_colleague(acme, ben, offered, as_):
    """A page from before the offer: the button "cancel" says what there is to answer."""
    url = reverse("order_cancel", args=["12345", offered.pk])
    answer = as_(ben).post(url, follow=True)
    assert state(offered) == "offered" and "Das Übrige zahlungspflichtig" in answer.content.decode()
    with pytest.raises(OrderRefused):
        cancel(offered, by=ben)


def test_the_tile_and_the_list_say_that_an_answer_is_awaited(olga, ben, vera, dora, offered, as_):
    for person in (olga, ben, vera):
        assert "1 Bestellung wartet auf Ihre Antwort" in as_(person).get("/kunde/12345/").content.decode()
        assert "TSA-1" in as_(person).get(reverse("order_list", args=["12345"])).content.decode()
    assert "wartet auf Ihre Antwort" not in as_(dora).get("/kunde/12345/").content.decode()
    found = as_(ben).get(reverse("order_list", args=["12345"]), {"state": "offered"}).content.decode()
    assert "TSA-1" in found


def test_staff_see_that_it_waits_for_the_customer(admin, as_, offered):
    assert "wartet auf den Kunden" in as_(admin).get("/admin/orders/order/").content.decode()
    html = as_(admin).get(reverse("admin:orders_order_decide", args=[offered.pk])).content.decode()
    assert "Das ist ein neues Angebot" in html and "Der Kunde stimmt zu" in html


# --- The answer ---


def test_the_yes_concludes_delivers_and_confirms(acme, ben, offered, as_):
    mail.outbox.clear()
    answer = press(as_(ben), offered, reason="Gut so.")
    assert "Der Vertrag über das, was wir liefern können, ist geschlossen" in answer.content.decode()
    assert state(offered) == "fulfilled" and given(offered)
    assert [(event.state, event.by) for event in offered.events.all()][1:] == [("partly", ben), ("fulfilled", ben)]
    assert offered.events.get(state="partly").reason == "Gut so."
    run_jobs("make_confirmation")
    assert acme.documents.get().number == "AB-TSA-1"
    assert any("vielen Dank, dass Sie nehmen" in " ".join(message.body.split()) for message in mail.outbox)


def test_withdrawing_ends_it_without_a_contract(acme, ben, offered, as_):
    mail.outbox.clear()
    press(as_(ben), offered, "withdraw", reason="Dann lieber nicht.")
    assert state(offered) == "cancelled" and not given(offered)
    assert all("Dann lieber nicht." in message.body for message in mail.outbox) and mail.outbox
    run_jobs("make_confirmation")
    assert not acme.documents.exists()


def test_a_deputy_without_the_shop_answers_and_then_reads_nothing_more(vera, offered, as_):
    client = as_(vera)
    assert press(client, offered).status_code == 200
    assert state(offered) == "fulfilled"
    assert client.get(reverse("order_detail", args=["12345", offered.pk])).status_code == 403


@pytest.mark.parametrize("limit, agrees", [(499, True), (498, False)])
def test_saying_yes_to_somebody_else_s_order_is_spending(deniz, offered, as_, limit, agrees):
    Membership.objects.filter(user=deniz).update(order_limit=limit)
    html = page(as_(deniz), offered)
    assert ("Das Übrige zahlungspflichtig bestellen" in html) == agrees
    press(as_(deniz), offered)
    assert state(offered) == ("fulfilled" if agrees else "offered")


def test_who_let_it_through_has_spent_already(deniz, ben, order, as_):
    order.events.create(state="received", by=deniz)
    Membership.objects.filter(user=deniz).update(order_limit_month=800)
    accept(order, by=None, declined={order.lines.get(position=2).pk: "…"})
    press(as_(deniz), order)
    assert state(order) == "fulfilled"


def test_who_was_removed_a_moment_ago_answers_nothing(ben, offered, as_):
    client = as_(ben)
    page(client, offered)
    Membership.objects.filter(user=ben).update(suspended_at=timezone.now())
    press(client, offered)
    assert state(offered) == "offered"


@pytest.mark.django_db(transaction=True)
def test_yes_and_withdrawal_at_once_are_one_answer(acme, olga, ben):
    from orders.approval import answer

    rows = [Membership.objects.select_related("company", "user").get(user=person) for person in (olga, ben)]
    for number in range(4):
        order = make.OrderFactory(company=acme, ordered_by=ben, number=f"TSA-{number}")
        for position in (1, 2):
            make.OrderLineFactory(order=order, position=position, kind=Kind.SERVICE)
        accept(order, by=None, declined={order.lines.first().pk: "…"})
        said = at_once(
            lambda order=order: answer(copy(order), rows[0], agrees=True),
            lambda order=order: answer(copy(order), rows[1], agrees=False),
            refused=OrderRefused,
        )
        assert [isinstance(one, OrderRefused) for one in said].count(True) == 1
        assert order.events.filter(state__in=["partly", "cancelled"]).count() == 1


# --- The reminder ---


def test_after_a_week_the_customer_is_reminded_once(acme, ben, offered):
    mail.outbox.clear()
    remind_of_offers.func(timestamp=0)
    assert mail.outbox == []
    OrderEvent.objects.filter(state="offered").update(at=timezone.now() - dt.timedelta(days=7, minutes=1))
    for _night in range(2):
        remind_of_offers.func(timestamp=0)
    assert [message.to for message in mail.outbox] == [[ben.email]]
    assert "Erinnerung" in mail.outbox[0].subject and "Kein Termin frei" in mail.outbox[0].body


@pytest.mark.parametrize("answered", [lambda order: agree(order, by=None), lambda order: cancel(
    order, by=None, reason="…", by_customer=False)])  # fmt: skip
def test_nobody_is_reminded_of_what_was_answered(offered, answered):
    OrderEvent.objects.filter(state="offered").update(at=timezone.now() - dt.timedelta(days=8))
    answered(offered)
    mail.outbox.clear()
    remind_of_offers.func(timestamp=0)
    assert not [message for message in mail.outbox if "Erinnerung" in message.subject]


# --- The ERP and the terms ---


def test_the_erp_reads_that_the_customer_is_asked(order):
    Webhook.objects.create(url="https://erp.example/")
    accept(order, by=None, declined={order.lines.get(position=2).pk: "…"})
    assert [call.event["state"] for call in WebhookCall.objects.all()] == ["offered"]
    assert [event.state for event in events_after(0)] == ["offered"]


def test_by_the_terms_a_part_is_accepted_at_once(acme, order, settings):
    settings.PARTIAL_ACCEPTANCE_BY_TERMS = True
    accept(order, by=None, declined={order.lines.get(position=2).pk: "Kein Termin frei"})
    assert state(order) == "fulfilled" and given(order)
    assert [event.state for event in order.events.all()] == ["partly", "fulfilled"]


# --- Sums ---


def test_what_was_declined_counts_nowhere_and_is_shown_beside(acme, ben, offered, as_):
    client = as_(ben)
    agree(offered, by=ben)
    offered.refresh_from_db()
    assert (offered.counted_net, offered.counted_vat) == (Decimal("499.00"), Decimal("94.81"))
    (bar,) = chart_of(acme.orders.with_group(ben, may_approve=False).sums_by_month()).bars
    assert (bar.net, bar.ordered, bar.count) == (Decimal("499.00"), Decimal("798.00"), 1)
    html = " ".join(client.get(reverse("order_list", args=["12345"])).content.decode().split())
    assert "499,00" in html and html.count("von bestellten 798,00") == 2, "in the row and in the chart"
    foot = tree_of(page(client, offered))[0].xpath("//tfoot/tr")
    sums = {row.xpath("normalize-space(th)"): row.xpath("normalize-space(td)") for row in foot}
    assert sums["Summe netto"] == "499,00\xa0€" and sums["Bestellt, netto"] == "798,00\xa0€"
    table = b"".join(client.get(reverse("order_export", args=["12345"])).streaming_content).decode("utf-8-sig")
    head, row = table.splitlines()
    assert head.endswith("Netto;MwSt.;Brutto;Bestellt, netto;Einmalig netto;Monatlich netto"), head
    assert row.endswith("499,00;94,81;593,81;798,00;499,00;0,00"), row


def test_the_month_of_who_ordered_counts_what_stands(ben, offered):
    from orders.limits import ordered_this_month

    assert ordered_this_month(Membership.objects.get(user=ben)) == Decimal("499.00")


def test_old_orders_with_declined_lines_are_filled_in(acme):
    """Of before what counts was kept: VAT once per rate, and nothing where no line was declined."""
    from importlib import import_module

    from django.db import connection

    whole = make.OrderFactory(company=acme)
    make.OrderLineFactory(order=whole)
    part = make.OrderFactory(company=acme)
    for position, (net, line_state) in enumerate([("10.05", "done"), ("0.05", "done"), ("5", "declined")], 1):
        make.OrderLineFactory(order=part, position=position, net=Decimal(net), state=line_state)
    gone = make.OrderFactory(company=acme, state="cancelled")
    make.OrderLineFactory(order=gone, state="declined")
    with connection.cursor() as cursor:
        cursor.execute(import_module("orders.migrations.0010_sums_that_count").FILL)
    for order in (whole, part, gone):
        order.refresh_from_db()
    assert (whole.valid_net, whole.valid_vat) == (None, None)
    assert (part.valid_net, part.valid_vat) == (part.valid_sums.net, part.valid_sums.vat_sum) == (
        Decimal("10.10"), Decimal("1.92"),
    )  # fmt: skip
    assert (gone.valid_net, gone.valid_vat) == (0, 0)


def test_what_the_erp_says_of_its_own_orders_is_not_confirmed_here(acme):
    order = make.OrderFactory(company=acme, state="accepted")
    order.events.create(state="accepted", by_name="ERP", at=timezone.now() - dt.timedelta(hours=2))
    assert not Order.objects.unconfirmed(timezone.now()).exists()


def test_a_receipt_promises_no_acceptance(acme, ben, order):
    """§ 312i BGB: it says that the order has arrived, and nothing of a confirmation to come."""
    from orders.mails import mail_receipt

    mail_receipt(order)
    body = " ".join(mail.outbox[0].body.split())
    assert "bestätigen wir nur, dass Ihre Bestellung eingegangen ist; sie ist noch keine Annahme" in body
    assert "Auftragsbestätigung" not in body and "nehmen wir" not in body
