"""A company and its licence holder in one form: what will be mailed is shown, then all of it is done, once."""

import pytest
from django.core import mail
from django.urls import reverse

from access.models import Invitation, Membership
from access.rights import Right
from accounts.models import Company, User
from portal.staff.welcome import url_of_welcome

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
URL = "/admin/einladen/"
NEW = {
    "number": "DOMUS_70001", "name": "Hausverwaltung Neubau GmbH", "street": "Weg 1", "postal_code": "80331",
    "city": "München", "country": "DE", "salutation": "ms", "first_name": "Nina", "last_name": "Neubau",
    "email": " Nina@Neubau.example ", "language": "de", "is_holder": "1",
}  # fmt: skip


@pytest.fixture
def sales(client_of):  # noqa: F811
    return client_of("Vertrieb")


def test_first_it_is_shown_and_nothing_is_done(sales):
    page = sales.post(URL, NEW).content.decode()
    assert "nina@neubau.example" in page.lower() and "Guten Tag Frau Neubau" in page and "••••••" in page
    assert "Hausverwaltung Neubau GmbH" in page
    assert not Company.objects.filter(number="70001").exists() and not User.objects.filter(last_name="Neubau").exists()
    assert mail.outbox == [] and not Invitation.objects.exists()


def test_then_one_press_does_all_of_it(sales):
    answer = sales.post(URL, {**NEW, "send": "1"})
    company = Company.objects.get(number="70001")
    assert answer.url == reverse("admin:accounts_company_change", args=[company.pk])
    row = company.memberships.get()
    assert row.is_main_holder and (row.user.email, row.user.salutation) == ("nina@neubau.example", "ms")
    (letter,) = mail.outbox
    assert letter.to == [row.user.email] and "Guten Tag Frau Neubau" in letter.body


def test_two_presses_make_one_company_one_person_one_mail(sales):
    for _time in range(2):
        assert sales.post(URL, {**NEW, "send": "1"}).status_code == 302
    assert (
        Company.objects.filter(number="70001").count()
        == 1
        == Membership.objects.filter(user__last_name="Neubau").count()
    )
    assert len(mail.outbox) == 1


def test_the_mail_comes_in_the_language_of_the_person(sales):
    page = sales.post(URL, {**NEW, "language": "en"}).content.decode()
    assert "gives you access to its customer portal" in page
    sales.post(URL, {**NEW, "language": "en", "send": "1"})
    assert "gives you access" in mail.outbox[0].body
    assert User.objects.get(last_name="Neubau").language == "en"


def test_a_known_company_is_found_in_any_spelling_and_stays_as_it_is(sales, acme, olga):
    known = {**NEW, "number": " domus-12345 ", "name": "Ganz anders", "is_holder": "", "rights": ["use_shop"]}
    page = sales.post(URL, known).content.decode()
    assert "gibt es im Portal schon" in page and str(acme.name) in page
    sales.post(URL, {**known, "send": "1"})
    acme.refresh_from_db()
    assert acme.name != "Ganz anders"
    row = acme.memberships.get(user__last_name="Neubau")
    assert row.granted == {Right.SHOP} and row.state == "invited"


def test_a_known_person_keeps_the_name_and_the_page_says_so(sales, acme, mallory):
    page = sales.post(URL, {**NEW, "email": mallory.email.upper()}).content.decode()
    assert mallory.get_full_name() in page and "gehört schon zu" in page
    sales.post(URL, {**NEW, "email": mallory.email, "send": "1"})
    assert Membership.objects.get(company__number="70001").user == mallory
    mallory.refresh_from_db()
    assert mallory.last_name != "Neubau"


@pytest.mark.parametrize(
    "change, said",
    [
        ({"number": "70002", "name": ""}, "noch keine Firma mit dieser Nummer"),
        ({"number": "7/0"}, "Nur Buchstaben, Ziffern und Bindestriche"),
        ({"email": "nina@"}, "E-Mail-Adresse"),
        ({"last_name": ""}, "Feld"),
        ({"salutation": "", "first_name": ""}, "Vornamen oder eine Anrede"),
        ({"is_holder": "", "rights": ["use_shop"]}, "noch keine Person in der Rolle Lizenzinhaber/in"),
        ({"rights": ["everything"]}, "everything"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(sales, change, said):
    for more in ({}, {"send": "1"}):
        answer = sales.post(URL, {**NEW, **change, **more})
        page = answer.content.decode()
        assert answer.status_code == 200 and said in page and 'value="München"' in page
    assert not Company.objects.filter(name=NEW["name"]).exists() and mail.outbox == []


def test_who_is_on_the_list_or_one_of_the_staff_is_refused_in_a_sentence(sales, acme, ben, admin):
    for person, said in ((ben, "ist schon auf der Liste"), (admin, "gehört zu unserem Team")):
        User.objects.filter(pk=person.pk).update(email=f"{person.pk}@12345.example")
        page = sales.post(URL, {**NEW, "number": "12345", "email": f"{person.pk}@12345.example", "send": "1"})
        assert said in page.content.decode()
    assert mail.outbox == []


def test_one_can_go_back_with_everything_typed(sales):
    page = sales.post(URL, {**NEW, "back": "1"}).content.decode()
    assert 'value="Nina"' in page and "errorlist" not in page


def test_only_who_may_make_companies_and_members(client_of, acme, olga, as_):  # noqa: F811
    assert client_of("Katalog").get(URL).status_code == 403
    assert client_of("Support").post(URL, {**NEW, "send": "1"}).status_code == 403
    assert as_(olga).get(URL).status_code == 302
    assert not Company.objects.filter(number="70001").exists()
    assert 'value="12345"' in client_of("Vertrieb").get(url_of_welcome(acme)).content.decode()


def test_the_list_of_companies_leads_there(sales):
    make.CompanyFactory()
    assert URL in sales.get(reverse("admin:accounts_company_changelist")).content.decode()
