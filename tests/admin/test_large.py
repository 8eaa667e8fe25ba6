"""Searches of large tables: what is found, what is not shown and said so, and that no table is read whole."""

import pytest
from django.urls import reverse

from accounts.models import Company, User
from contracts.models import Document
from orders.models import Order
from portal.lib import large
from portal.lib.large import Found, find

from .. import factories as make

pytestmark = pytest.mark.django_db
FIELDS = ("number", "name", "email", "memberships__user__last_name", "licences__number")


def keys(typed, rows=None, fields=FIELDS):
    found = find(Company.objects.all() if rows is None else rows, typed, *fields)
    return set(found.keys), found.is_more


@pytest.fixture
def firms():
    """Three of one name, told apart by a person, a licence and the town in the name."""
    made = [make.CompanyFactory(name=f"Verwaltung {town} GmbH", number=f"70{n}") for n, town in enumerate("ABC")]
    for n in range(2):
        person = make.UserFactory(last_name="Öztürk", email=f"{n}@oe.example")
        make.MembershipFactory(company=made[0], user=person)
    make.LicenceFactory(company=made[1], number="LIZ-77")
    return [company.pk for company in made]


@pytest.mark.parametrize(
    "typed, places",
    [
        ("verwaltung", {0, 1, 2}), ("oeztuerk", {0}), ("verwaltung öztürk", {0}), ("öztürk liz-77", set()),
        ("liz77 verwaltung", {1}), ("verwaltung C", {2}), ("70", {0, 1, 2}), ("-", set()), ("%", set()), ("", set()),
    ],
)  # fmt: skip
def test_each_word_may_stand_in_another_table(firms, typed, places):
    assert keys(typed) == ({firms[place] for place in places}, False)


def test_the_filter_of_the_list_counts_before_the_number(firms, monkeypatch):
    monkeypatch.setattr(large, "MOST", 2)
    assert keys("verwaltung", Company.objects.filter(pk=firms[2])) == ({firms[2]}, False)


def test_a_word_of_many_rows_narrows_what_another_finds(firms, monkeypatch):
    monkeypatch.setattr(large, "MOST", 2)
    found, is_more = keys("verwaltung")
    assert len(found) == 2 and is_more
    assert keys("verwaltung öztürk") == ({firms[0]}, False), "the three of that name are not all looked through"
    assert keys("verwaltung gmbh C") == ({firms[2]}, True), "side by side in one field"


def test_keys_that_are_no_numbers(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-9")
    document = make.DocumentFactory(company=acme, title="Rechnung")
    assert find(Order.objects.all(), acme.name, "number", "company__name") == Found((order.pk,))
    assert find(Document.objects.all(), f"rechnung {acme.number}", "title", "company__number") == Found((document.pk,))


def test_a_list_says_that_there_is_more(firms, admin, as_, monkeypatch):
    monkeypatch.setattr(large, "MOST", 2)
    monkeypatch.setattr("portal.lib.admin.MOST", 2)
    client, address = as_(admin), reverse("admin:accounts_company_changelist")
    page = client.get(address, {"q": "verwaltung"})
    assert len(page.context["cl"].result_list) == 2 and "Mehr als 2 Zeilen" in page.content.decode()
    assert "Mehr als" not in client.get(address, {"q": "liz-77"}).content.decode()


def test_rows_of_a_list_lead_to_their_pages(firms, admin, as_, ben):
    page = as_(admin).get(reverse("admin:accounts_user_changelist"), {"q": ben.email}).content.decode()
    assert f'href="{reverse("admin:accounts_user_change", args=[ben.pk])}?' in page
    assert f'name="_selected_action" value="{ben.pk}"' in page and User.objects.count() > 1
