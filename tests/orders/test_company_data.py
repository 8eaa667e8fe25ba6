"""What a company's own data decides about its orders: who is mailed, and which address they carry."""

import pytest
from django.core import mail
from django.urls import reverse

from orders.mails import mail_receipt
from orders.placing import adapt_addresses
from tests import factories as make

pytestmark = pytest.mark.django_db
MAILBOX, BEN = "info@12345.example", "ben@12345.example"


@pytest.mark.parametrize(
    "choice, mailbox, orderer, to",
    [
        ("both", MAILBOX, True, {MAILBOX, BEN}),
        ("orderer", MAILBOX, True, {BEN}),
        ("mailbox", MAILBOX, True, {MAILBOX}),
        # Somebody has to be told (§ 312i BGB).
        ("orderer", MAILBOX, False, {MAILBOX}),
        ("mailbox", "", True, {BEN}),
        ("both", "", True, {BEN}),
    ],
)
def test_confirmations_go_where_the_company_wants_them(acme, ben, choice, mailbox, orderer, to):
    acme.confirmations, acme.email = choice, mailbox
    acme.save()
    mail_receipt(make.OrderFactory(company=acme, ordered_by=ben if orderer else None))
    assert {message.to[0] for message in mail.outbox} == to


# --- the company moves (edge 25) ---

MOVED = {
    "street": "Neue Gasse 2",
    "postal_code": "86150",
    "city": "Augsburg",
    "country": "DE",
    "phone": "",
    "email": MAILBOX,
    "invoice_email": "",
    "confirmations": "both",
}


@pytest.fixture
def orders(acme, ben):
    old = "\n".join(acme.address_lines)
    states = ("received", "waiting", "accepted")
    return [make.OrderFactory(company=acme, ordered_by=ben, state=state, address=old) for state in states]


def test_the_customer_is_asked_which_open_orders_follow(acme, olga, orders, as_):
    client = as_(olga)
    page = client.post(reverse("company_edit", args=["12345"]), MOVED, follow=True)
    assert page.redirect_chain[-1][0] == reverse("order_addresses", args=["12345"])
    text = page.content.decode()
    assert orders[0].number in text and orders[1].number in text and orders[2].number not in text
    client.post(reverse("order_addresses", args=["12345"]), {"order": [orders[0].pk, orders[2].pk, "x"]})
    for order in orders:
        order.refresh_from_db()
    assert "Neue Gasse 2" in orders[0].address
    assert "Lindenallee 1" in orders[1].address and "Lindenallee 1" in orders[2].address
    assert orders[0].events.get().reason == "Anschrift auf die neue der Firma geändert."


def test_nobody_is_asked_where_there_is_nothing_to_ask(acme, olga, kim, as_):
    for person in (olga, kim):
        answer = as_(person).post(reverse("company_edit", args=["12345"]), MOVED)
        assert answer["Location"] == reverse("account", args=["12345"])


@pytest.mark.parametrize(
    "change",
    [{"country": "AT", "postal_code": "1010"}, {"street": "Lindenallee 1", "postal_code": "80331", "city": "München"}],
)
def test_not_into_another_country_and_not_without_a_move(acme, olga, orders, as_, change):
    answer = as_(olga).post(reverse("company_edit", args=["12345"]), MOVED | change)
    assert answer["Location"] == reverse("account", args=["12345"])


def test_orders_of_another_company_stay(acme, olga, elsewhere):
    theirs = make.OrderFactory(company=elsewhere, address="Fremd")
    assert adapt_addresses(acme, [str(theirs.pk)], by=olga) == 0
    theirs.refresh_from_db()
    assert theirs.address == "Fremd"


def test_confirmations_to_a_mailbox_need_one(acme, olga, as_):
    page = as_(olga).post(reverse("company_edit", args=["12345"]), MOVED | {"email": "", "confirmations": "mailbox"})
    assert (
        'id="id_confirmations_error"' in page.content.decode()
        or "tragen Sie zuerst das Postfach der Firma ein" in page.content.decode()
    )
    acme.refresh_from_db()
    assert acme.confirmations == "both"


def test_invoices_have_a_mailbox_of_their_own(acme, olga, as_):
    page = as_(olga).post(
        reverse("company_edit", args=["12345"]), MOVED | {"invoice_email": "re@12345.example"}, follow=True
    )
    assert "re@12345.example" in page.content.decode()
