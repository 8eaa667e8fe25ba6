"""Postal code, phone, VAT id as the company's country has them: forms refuse, staff are warned, the ERP is believed."""

import csv

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Company
from portal.erp import import_export

from ..erp import export

pytestmark = pytest.mark.django_db
FORM = {
    "street": "Weg 1", "postal_code": "80331", "city": "München", "country": "DE", "phone": "089 66086-0", "email": "",
    "invoice_email": "", "confirmations": "orderer",
}  # fmt: skip
RIGHT = [
    {}, {"country": "AT", "postal_code": "A-1010", "phone": "01 53115"},
    {"country": "CH", "postal_code": "8001", "phone": "044 123 45 67"},
    {"country": "NL", "postal_code": "1234 ab", "phone": "020 624 1111"},
    {"country": "GB", "postal_code": "sw1a 1aa", "phone": "020 7946 0958"}, {"phone": "+43 1 53115"}, {"phone": ""},
]  # fmt: skip
WRONG = [
    ("postal_code", {"postal_code": "ABC"}), ("postal_code", {"postal_code": "1010"}), ("phone", {"phone": "ABC"}),
    ("postal_code", {"country": "AT", "phone": ""}), ("phone", {"country": "CH", "postal_code": "8001", "phone": "12"}),
    ("postal_code", {"country": "NL", "postal_code": "0123 AB", "phone": ""}),
    ("postal_code", {"country": "GB", "postal_code": "12345", "phone": ""}),
]  # fmt: skip


def save(client, **more):
    return client.post(reverse("company_edit", args=["12345"]), FORM | more)


@pytest.mark.parametrize("more", RIGHT, ids=str)
def test_a_right_address_is_kept_as_typed_but_for_the_code_s_spelling(acme, olga, as_, more):
    assert save(as_(olga), **more).status_code == 302
    acme.refresh_from_db()
    typed = FORM | more
    assert acme.phone == typed["phone"], "a dash before the extension says something"
    assert acme.postal_code == typed["postal_code"].removeprefix("A-").upper()


@pytest.mark.parametrize("field, more", WRONG, ids=str)
def test_a_wrong_one_is_refused_at_its_field(acme, olga, as_, field, more):
    page = save(as_(olga), **more)
    assert page.status_code == 200 and list(page.context["form"].errors) == [field]


def test_what_the_erp_says_otherwise_holds_up_nothing_else(acme, olga, as_):
    Company.objects.filter(pk=acme.pk).update(postal_code="D 8000", phone="siehe oben", country="DE")
    assert save(as_(olga), postal_code="D 8000", phone="siehe oben", street="Neuer Weg 2").status_code == 302
    acme.refresh_from_db()
    assert (acme.street, acme.phone) == ("Neuer Weg 2", "siehe oben")
    page = save(as_(olga), postal_code="D 8001", phone="siehe oben")
    assert list(page.context["form"].errors) == ["postal_code"], "but nobody types another wrong one"


@pytest.mark.parametrize("field", ["phone", "phone_here"])
def test_a_person_s_phones(ben, as_, field):
    form = {
        "salutation": "",
        "first_name": "Ben",
        "last_name": "Bauer",
        "language": "de",
        "phone": "",
        "phone_here": "",
    }
    url = reverse("person_edit", args=["12345"])
    page = as_(ben).post(url, form | {field: "ABC"})
    assert list(page.context["form"].errors) == [field]
    assert as_(ben).post(url, form | {field: "+31 20 624 1111"}).status_code == 302


def test_staff_are_warned_and_decide(acme, admin, as_):
    client, url = as_(admin), reverse("admin:accounts_company_change", args=[acme.pk])
    Company.objects.filter(pk=acme.pk).update(postal_code="ABC", vat_id="DE136695977", phone="ABC")
    page = client.get(url).content.decode()
    for words in ("Postleitzahl gibt es in diesem Land nicht", "lässt sich nicht wählen", "USt-IdNr. ist keine"):
        assert words in page
    Company.objects.filter(pk=acme.pk).update(postal_code="80331", vat_id="DE136695976", phone="")
    assert "gibt es in diesem Land nicht" not in client.get(url).content.decode()


def customer(number, country="D", code="80331", phone="", vat="", first=""):
    return f"{number};Firma {number};;Weg 1;{code};Ort;{country};{phone};;{vat};;{first};;;N;N;\n"


def test_the_import_takes_the_row_and_says_what_looks_wrong(tmp_path):
    text = export.CUSTOMERS.partition("\n")[0] + "\n"
    text += customer(1, vat="DE136695976", phone="089 66086-0") + customer(2, "A", "80331", "ABC", "ATU1")
    text += customer(3, "CH", "8001", "044 123 45 67", "CHE-107.787.577 MWST") + customer(2, code="ABC")
    people = (
        export.PEOPLE.partition("\n")[0] + "\n1;;Mia;Mehl;mia@x.example;12;SHOP;\n1;;N;O;no@x.example;089 66086-0;;\n"
    )
    folder = export.write(tmp_path / "export", {"kunden.csv": text, "personen.csv": people})
    told = [(result.doubts, result.refused) for result in import_export(folder, dry_run=True)]
    customers, people = results = list(import_export(folder))
    assert [(result.doubts, result.refused) for result in results] == told, "the dry run says the same"
    assert customers.doubts == [
        (3, "VAT id not valid in AT"), (3, "phone number not valid in AT"), (3, "postal code not valid in AT"),
    ]  # fmt: skip
    assert (customers.new, customers.refused) == (3, [(5, "customer number twice")])
    assert people.doubts == [(2, "phone number not valid in DE")] and people.new == 2
    assert Company.objects.get(number="2").postal_code == "80331"
    assert all(result.doubts == [] for result in import_export(folder)), "told when it is new, not every night"


def test_the_report_has_a_line_for_each(tmp_path):
    text = export.CUSTOMERS.partition("\n")[0] + "\n" + customer(1, code="ABC")
    folder = export.write(tmp_path / "export", {"kunden.csv": text})
    call_command("import_erp", str(folder), report=tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[1:] == [["kunden.csv", "2", "taken, but: postal code not valid in DE"]]
