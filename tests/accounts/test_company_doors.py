"""Several doors to one company and one person: customers' page, admin, import, message about the name."""

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse

from access.acting import Actor
from access.log import what, who
from access.models import Invitation
from accounts.company import correct, set_blocked
from accounts.forms import CompanyForm, PersonForm
from accounts.models import Company, NameChange, User
from accounts.renaming import accept, report
from portal.erp import import_export
from portal.lib.days import today
from tests import factories as make
from tests.admin_pages import address, form_of, without
from tests.erp import export

pytestmark = pytest.mark.django_db
ADD = "/admin/accounts/company/add/"


def lines(company):
    return [(who(event), what(event)) for event in company.access_events.filter(kind__startswith="company_")]


def again(row):
    return type(row).objects.get(pk=row.pk)


def seen(client, row):
    return address(row), form_of(client.get(address(row)))


# --- each change of a company has its line, whichever door ---


def test_staff_rename_block_and_end_with_a_line_each(acme, olga, admin, as_):
    client = as_(admin)
    url, sent = seen(client, acme)
    day = f"{today():%d.%m.%Y}"
    assert client.post(url, sent | {"name": "Neu GmbH", "is_blocked": "on", "ended_on": day}).status_code == 302
    assert lines(acme) == [
        (settings.BRAND["vendor"], f"Vertragsende geändert: unbefristet, jetzt {day}"),
        (settings.BRAND["vendor"], "Zugang der Firma gesperrt"),
        (settings.BRAND["vendor"], "Firmenname geändert: Hausverwaltung Sonnenhof GmbH, jetzt Neu GmbH"),
    ]
    assert [message.to for message in mail.outbox] == [[olga.email]]
    assert "Neu GmbH" in client.get(url).content.decode()


def test_the_action_blocks_once(acme, olga, admin):
    by = Actor.staff(admin, acme.pk)
    assert set_blocked(by, True) and not set_blocked(by, True)
    assert lines(acme) == [(settings.BRAND["vendor"], "Zugang der Firma gesperrt")] and len(mail.outbox) == 1


def test_the_import_blocks_with_a_line(tmp_path):
    folder = export.write(tmp_path / "export")
    list(import_export(folder))
    company = Company.objects.get(number="00123")
    assert lines(company) == []
    text = (folder / "kunden.csv").read_bytes().decode("cp1252")
    (folder / "kunden.csv").write_bytes(text.replace("Kaethe@A.example;N;N;", "Kaethe@A.example;N;J;").encode("cp1252"))
    list(import_export(folder))
    assert again(company).is_blocked and lines(company) == [("unser ERP-System", "Zugang der Firma gesperrt")]


def test_an_accepted_name_has_a_line(acme, olga, admin):
    change = NameChange(new_name="Neu GmbH", new_seat="Köln", effective_on=today())
    report(change, acme, by=olga)
    accept(change, by=admin)
    (line,) = lines(acme)
    assert line[0] == settings.BRAND["vendor"] and "Neu GmbH" in line[1]


# --- page and admin, both orders ---


def test_a_page_of_staff_takes_back_nothing_of_the_customers(acme, olga, admin, as_):
    client = as_(admin)
    url, sent = seen(client, acme)
    Company.objects.filter(pk=acme.pk).update(phone="0351 99")
    assert client.post(url, sent | {"name": "Neu GmbH"}).status_code == 302
    assert (again(acme).name, again(acme).phone) == ("Neu GmbH", "0351 99")


def test_the_same_field_is_compared(acme, olga, admin, as_):
    client = as_(admin)
    url, sent = seen(client, acme)
    Company.objects.filter(pk=acme.pk).update(phone="0351 99", city="Bonn")
    page = client.post(url, sent | {"phone": "0351 11", "city": "Bonn"})
    said = page.content.decode()
    assert page.status_code == 200 and said.count("Gespeichert ist jetzt") == 2 and "0351 99" in said
    assert again(acme).phone == "0351 99" and lines(acme) == []
    assert client.post(url, form_of(page)).status_code == 302, "who has compared saves all the same"
    assert (again(acme).phone, again(acme).city) == ("0351 11", "Bonn")


def test_a_page_of_the_customer_opens_no_company_that_staff_have_closed(acme, olga, admin):
    row = again(acme)
    data = {"street": "Weg 1", "postal_code": "50667", "city": "Köln", "country": "DE", "confirmations": "both"}
    form = CompanyForm(data, instance=row)
    assert form.is_valid(), form.errors
    correct(Actor.staff(admin, acme.pk), {"is_blocked": (False, True), "name": (acme.name, "Neu GmbH")})
    form.save()
    assert again(acme).is_blocked and again(acme).name == "Neu GmbH" and again(acme).city == "Köln"


def test_a_page_of_a_person_opens_no_account_that_staff_have_closed(acme, olga, ben, admin, as_):
    data = {"salutation": "", "first_name": "Benno", "last_name": "Bauer", "phone": "", "language": "de"}
    form = PersonForm(data | {"phone_here": "089 123456"}, instance=again(ben), membership=ben.at["12345"])
    assert form.is_valid(), form.errors
    client = as_(admin)
    url, sent = seen(client, ben)
    assert client.post(url, without(sent, "is_active")).status_code == 302
    form.save()
    assert not again(ben).is_active and again(ben).first_name == "Benno"
    assert ben.memberships.get().phone == "089 123456"


def test_a_page_of_staff_takes_back_nothing_of_the_persons(ben, admin, as_):
    client = as_(admin)
    url, sent = seen(client, ben)
    User.objects.filter(pk=ben.pk).update(phone="0351 99", last_name="Bauer-Neu")
    assert client.post(url, sent | {"first_name": "Benno"}).status_code == 302
    assert (again(ben).first_name, again(ben).last_name, again(ben).phone) == ("Benno", "Bauer-Neu", "0351 99")
    page = client.post(url, sent | {"first_name": "Ben", "last_name": "Baur"})
    assert page.status_code == 200 and "Bauer-Neu" in page.content.decode()
    assert again(ben).last_name == "Bauer-Neu"


# --- a company, its licence holder and the invitation in one go ---


def add(client, **more):
    company = {"number": "777", "name": "Neue Verwaltung GmbH"}
    return client.post(ADD, form_of(client.get(ADD)) | company | more)


HOLDER = {"salutation": "ms", "first_name": "Nele", "last_name": "Neu", "holder_email": "Nele@777.example"}


def test_a_company_its_licence_holder_and_the_invitation_in_one_go(admin, as_, client):
    assert add(as_(admin), **HOLDER).status_code == 302
    row = Company.objects.get(number="777").memberships.get()
    assert row.is_holder and row.is_main_holder and row.is_open and row.user.email == "nele@777.example"
    (told,) = mail.outbox
    link = next(line for line in told.body.splitlines() if "/einladung/" in line)
    assert told.to == ["nele@777.example"] and "Lizenzinhaber" in told.body and "Ada" not in told.body
    page = client.get(link.removeprefix("http://localhost:8000"))
    assert "DOMUS" in page.content.decode() and "Ada" not in page.content.decode()
    answer = client.post(link.removeprefix("http://localhost:8000"), {"password": "ein ganz langer Satz"})
    assert answer.status_code == 302
    assert client.get("/kunde/777/").status_code == 200
    assert not Invitation.objects.get().is_usable


def test_somebody_known_becomes_holder_of_another_company(mallory, admin, as_):
    assert add(as_(admin), **HOLDER | {"holder_email": mallory.email}).status_code == 302
    assert Company.objects.get(number="777").memberships.get().user == mallory
    assert mallory.first_name == again(mallory).first_name


def test_a_refused_holder_leaves_no_company(admin, as_):
    staff = make.UserFactory(is_staff=True, email="viktor@vendor.example")
    page = add(as_(admin), **HOLDER | {"holder_email": staff.email})
    assert page.status_code == 200 and not Company.objects.filter(number="777").exists() and not mail.outbox
    page = add(as_(admin), **HOLDER | {"last_name": ""})
    assert page.status_code == 200 and not Company.objects.filter(number="777").exists()


def test_a_company_without_a_holder_or_without_an_address(admin, as_):
    assert add(as_(admin), holder_email="", first_name="", last_name="").status_code == 302
    assert add(as_(admin), **HOLDER | {"number": "778", "holder_email": ""}).status_code == 302
    assert not mail.outbox and Company.objects.get(number="778").memberships.get().user.email is None


def test_the_page_of_a_new_company_opens(admin, as_):
    page = as_(admin).get(ADD).content.decode()
    assert 'name="holder_email"' in page and reverse("admin:index") in page
