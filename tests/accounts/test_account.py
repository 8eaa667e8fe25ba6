"""Mein Konto: one's own details, the company's, and the e-mail address."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import Company, User
from tests import factories as make

KONTO = "/kunde/12345/konto/"
PERSON = {
    "salutation": "ms",
    "first_name": "Béla",
    "last_name": "Bauer-Ost",
    "phone": "089 66086-0",
    "phone_here": "089 66086-23",
    "language": "de",
}
COMPANY = {
    "street": "Neue Gasse 2",
    "postal_code": "1010",
    "city": "Wien",
    "country": "AT",
    "phone": "",
    "email": "post@sonnenhof.example",
    "invoice_email": "",
    "confirmations": "both",
}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["olga", "deniz", "ben", "dora", "carla", "kim"])
def test_everybody_sees_themselves_and_the_company(request, who, acme, as_):
    person = request.getfixturevalue(who)
    page = as_(person).get(KONTO).content.decode()
    for words in (person.get_full_name(), person.email, acme.name, "Lindenallee 1", "80331 München"):
        assert words in page


@pytest.mark.parametrize("who, status", [("nils", 404), ("mallory", 404), ("admin", 404)])
def test_outsiders_see_nothing(request, who, status, acme, olga, as_):
    assert as_(request.getfixturevalue(who)).get(KONTO).status_code == status


def test_own_details_are_saved(ben, as_):
    page = as_(ben).post(f"{KONTO}person/", PERSON, follow=True)
    ben.refresh_from_db()
    assert (ben.first_name, ben.last_name, ben.phone, ben.salutation) == ("Béla", "Bauer-Ost", "089 66086-0", "ms")
    assert ben.at["12345"].__class__.of(ben.at["12345"]).phone == "089 66086-23", "edge 20: two different numbers"
    assert "Béla Bauer-Ost" in page.content.decode() and "089 66086-23" in page.content.decode()


def test_the_language_counts_from_the_next_page(ben, as_):
    client = as_(ben)
    page = client.post(f"{KONTO}person/", PERSON | {"language": "en"}, follow=True)
    assert '<html lang="en">' in page.content.decode() and "My account" in page.content.decode()


@pytest.mark.parametrize(
    "field, typed",
    [("first_name", ""), ("last_name", " "), ("first_name", "x" * 151), ("phone", "1" * 41), ("language", "fr")],
)
def test_a_wrong_detail_is_refused_beside_its_field_and_the_rest_is_kept(ben, as_, field, typed):
    """Edge 87."""
    page = as_(ben).post(f"{KONTO}person/", PERSON | {field: typed}).content.decode()
    assert f'id="id_{field}_error"' in page and 'class="form-errors"' in page
    ben.refresh_from_db()
    assert ben.last_name == "Bauer"


def test_nobody_changes_more_than_their_details(ben, as_):
    as_(ben).post(f"{KONTO}person/", PERSON | {"email": "x@evil.example", "is_staff": "on", "username": "admin"})
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example" and not ben.is_staff and ben.username != "admin"


@pytest.mark.parametrize("url", [f"{KONTO}person/", f"{KONTO}firma/"])
def test_looking_changes_nothing(olga, as_, url):
    client = as_(olga)
    before = User.objects.values().get(pk=olga.pk), Company.objects.values().get()
    assert client.get(url, PERSON | COMPANY).status_code == 200
    assert before == (User.objects.values().get(pk=olga.pk), Company.objects.values().get())


@pytest.mark.parametrize("who", ["olga", "kim", "deniz"])
def test_the_company_s_address_is_saved_by_who_may(request, who, acme, as_):
    page = as_(request.getfixturevalue(who)).post(f"{KONTO}firma/", COMPANY, follow=True).content.decode()
    acme.refresh_from_db()
    assert (acme.street, acme.city, acme.country.code, acme.email) == (
        "Neue Gasse 2",
        "Wien",
        "AT",
        "post@sonnenhof.example",
    )
    assert "Österreich" in page


@pytest.mark.parametrize("who", ["ben", "dora", "carla"])
def test_others_are_told_who_can_grant_it(request, who, acme, as_):
    page = as_(request.getfixturevalue(who)).post(f"{KONTO}firma/", COMPANY)
    assert page.status_code == 403 and "Olga Oswald" in page.content.decode()
    acme.refresh_from_db()
    assert acme.city == "München"


def test_name_number_and_state_are_the_vendor_s(kim, acme, as_):
    extra = {"name": "Evil GmbH", "number": "1", "is_blocked": "on", "vat_id": "DE1", "customer_since": "2000-01-01"}
    as_(kim).post(f"{KONTO}firma/", COMPANY | extra)
    acme.refresh_from_db()
    assert (acme.name, acme.number, acme.is_blocked, acme.vat_id) == (
        "Hausverwaltung Sonnenhof GmbH",
        "12345",
        False,
        "",
    )


@pytest.mark.parametrize(
    "field, typed", [("street", ""), ("email", "keine"), ("country", "XX"), ("postal_code", "8" * 13)]
)
def test_a_wrong_address_is_refused_beside_its_field(kim, acme, as_, field, typed):
    page = as_(kim).post(f"{KONTO}firma/", COMPANY | {field: typed}).content.decode()
    assert f'id="id_{field}_error"' in page
    assert "Hausverwaltung Sonnenhof" in page
    acme.refresh_from_db()
    assert acme.city == "München"


def test_an_order_keeps_the_address_it_was_placed_with(kim, acme, as_):
    """Edge 25: the address of an order is a copy."""
    order = make.OrderFactory(company=acme)
    before = type(order).objects.values().get(pk=order.pk)
    as_(kim).post(f"{KONTO}firma/", COMPANY)
    assert type(order).objects.values().get(pk=order.pk) == before


def test_pages_cost_few_questions(olga, as_, django_assert_max_num_queries):
    client = as_(olga)
    client.get(KONTO)
    for url in (KONTO, f"{KONTO}person/", f"{KONTO}firma/"):
        with django_assert_max_num_queries(8):
            client.get(url)


# --- The e-mail address ---


@pytest.fixture
def ben_in(ben, client):
    """Ben, logged in with his password just now: a change of address asks for that."""
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    client.post("/anmeldung/login/", {"login": ben.email, "password": make.PASSWORD})
    return client


def change(client, email):
    return client.post("/anmeldung/email/", {"email": email, "action_add": ""}, follow=True)


def link(message):
    return re.search(r"http://localhost:8000(/anmeldung/confirm-email/\S+)", message.body).group(1)


def test_a_new_address_counts_once_its_link_was_opened_and_the_old_one_is_told(ben, ben_in, client):
    """Edge 17."""
    change(ben_in, "Bernd@Neu.example")
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example", "the old one is valid until then"
    url = link(next(message for message in mail.outbox if message.to == ["bernd@neu.example"]))
    mail.outbox.clear()
    client.get(url)
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example", "a scanner that opens the link confirms nothing"
    client.post(url)
    ben.refresh_from_db()
    assert ben.email == "bernd@neu.example"
    assert list(EmailAddress.objects.filter(user=ben).values_list("email", flat=True)) == ["bernd@neu.example"]
    assert ["ben@12345.example"] in [message.to for message in mail.outbox]


def test_the_address_of_somebody_else_is_answered_alike_and_stays_theirs(ben, ben_in, dora):
    """Edge 17."""
    taken, free = change(ben_in, "DORA@12345.example"), change(ben_in, "frei@12345.example")
    assert taken.status_code == free.status_code == 200
    assert "error" not in taken.content.decode()
    for message in mail.outbox:
        if message.to == ["dora@12345.example"] and "confirm-email" in message.body:
            ben_in.post(link(message))
    ben.refresh_from_db()
    dora.refresh_from_db()
    assert ben.email == "ben@12345.example" and dora.email == "dora@12345.example"


def test_one_address_is_one_person_in_any_letter_case(ben):
    """Edge 3: in the database, not only in the form."""
    for email in ("BEN@12345.example", "ben@12345.EXAMPLE"):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.UserFactory(email=email)
