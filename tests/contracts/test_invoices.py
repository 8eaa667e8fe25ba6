"""Invoices as machines read them: recognised, checked, shown, handed on by month."""

import csv
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from contracts.invoices import reading
from contracts.invoices.xml import Form, read_invoice
from contracts.models import Document, ElectronicInvoice
from contracts.retention import delete_due
from contracts.tasks import read_invoices
from portal.lib.days import today

from .. import factories as make
from . import einvoice

pytestmark = pytest.mark.django_db
Fault = ElectronicInvoice.Fault


def filed(company, content, name="Rechnung.pdf", **about):
    about = {"number": "RE-7", "title": "Rechnung November", "kind": "RE", **about}
    return make.DocumentFactory(company=company, content=content, file_name=name, **about)


def read(document):
    read_invoices.func(0)
    return ElectronicInvoice.objects.get(document=document)


# --- what an invoice says ---


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (lambda: einvoice.zugferd(make.PDF), Form.INSIDE),
        (einvoice.cii, Form.ALONE),
        (einvoice.ubl, Form.ALONE),
        (lambda: b"\xef\xbb\xbf" + einvoice.ubl(), Form.ALONE),
    ],
    ids=["zugferd", "cii", "ubl", "with a mark"],
)
def test_an_invoice_is_recognised_and_its_figures_are_read(content, form):
    found = read_invoice(content())
    assert (found.form, found.faults) == (form, [])
    assert [str(amount) for amount in (found.net, found.tax, found.gross, found.due)] == [
        "150.00", "28.50", "178.50", "178.50",
    ]  # fmt: skip
    assert (found.number, f"{found.due_on}") == ("RE-7", "2026-11-17")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"BT_106": "151.00"}, [Fault.LINES, Fault.NET]),
        ({"BT_109": "149.00"}, [Fault.NET, Fault.GROSS]),
        ({"BT_110": "28.00"}, [Fault.TAX, Fault.GROSS]),
        ({"BG_23": [{"BT-116": "150.00", "BT-117": "28.50", "BT-118": "S", "BT-119": "7.00"}]}, [Fault.RATE]),
        ({"BT_112": "178.00"}, [Fault.GROSS, Fault.DUE]),
        ({"BT_115": "1.00"}, [Fault.DUE]),
        ({"BT_5": "USD"}, [Fault.CURRENCY]),
    ],
)
def test_what_does_not_add_up_is_named(changes, faults):
    assert read_invoice(einvoice.cii(**changes)).faults == faults


def test_what_is_paid_and_rounded_belongs_to_the_amount_due():
    assert read_invoice(einvoice.cii(BT_113="100.00", BT_114="0.50", BT_115="79.00")).faults == []


@pytest.mark.parametrize(
    ("xml", "fault"),
    [
        (lambda: einvoice.cii().replace(b"<ram:TypeCode>380</ram:TypeCode>", b""), Fault.SCHEMA),
        (lambda: einvoice.cii()[:2000], Fault.UNREADABLE),
        (lambda: b"<letter/>", Fault.UNREADABLE),
        (lambda: b'<!DOCTYPE a [<!ENTITY x "y">]><Invoice>&x;</Invoice>', Fault.UNREADABLE),
        (lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>', Fault.UNREADABLE),
        (lambda: b"<Invoice>" + b" " * 5_300_000 + b"</Invoice>", Fault.UNREADABLE),
    ],
    ids=["schema", "cut off", "something else", "entity", "file", "too large"],
)
def test_xml_that_cannot_be_trusted_is_named_and_nothing_of_it_is_fetched(xml, fault):
    found = read_invoice(xml())
    assert found.faults == [fault] and "root:" not in found.details


@pytest.mark.parametrize("content", [make.PDF, b"%PDF-1.7 broken", b"hello", b""])
def test_a_paper_without_xml_says_nothing(content):
    assert (read_invoice(content).form, read_invoice(content).faults) == (Form.NONE, [])


# --- reading what was filed ---


def test_new_invoices_are_read_once_whichever_way_they_came(acme):
    document = filed(acme, einvoice.zugferd(make.PDF))
    row = read(document)
    assert row.is_fine and row.xml.read() == einvoice.cii()
    before = row.read_at
    assert read(document).read_at == before


def test_only_invoices_in_force_are_read(acme):
    filed(acme, einvoice.cii(), number="AB-1", kind="AB")
    recalled = {"recall": "company", "recalled_at": timezone.now(), "recall_reason": "Falsch"}
    filed(acme, einvoice.cii(), number="RE-8", **recalled)
    read_invoices.func(0)
    assert not ElectronicInvoice.objects.exists()


def test_one_whose_file_is_gone_holds_up_no_other_and_stands_in_the_admin(acme, trouble_of):
    gone, fine = filed(acme, make.PDF), filed(acme, einvoice.cii(), number="RE-8", name="Rechnung.xml")
    default_storage.delete(gone.file.name)
    assert reading.read_unread() == 1
    assert ElectronicInvoice.objects.get().document == fine
    assert str(gone.pk) in trouble_of("contracts.keep_reading")


@pytest.fixture
def trouble_of():
    from portal.models import Trouble

    return lambda work: set(Trouble.objects.filter(work=work).values_list("row", flat=True))


def test_a_wrong_one_waits_for_staff_until_the_paper_is_mended(acme, admin, as_):
    document = filed(acme, einvoice.zugferd(make.PDF, BT_115="1.00"))
    read(document)
    home = reverse("admin:index")
    assert "Rechnungen mit fehlerhaftem XML" in as_(admin).get(home).content.decode()
    listed = as_(admin).get(reverse("admin:contracts_electronicinvoice_changelist"), {"xml": "wrong"}).content.decode()
    assert "Der Zahlbetrag ist nicht" in listed
    document.replaced_by = filed(acme, einvoice.zugferd(make.PDF), version=2)
    document.save()
    assert read(document.replaced_by).is_fine
    assert "Rechnungen mit fehlerhaftem XML" not in as_(admin).get(home).content.decode()


def test_xml_goes_with_its_paper_at_the_end_of_the_retention(acme):
    document = filed(acme, einvoice.zugferd(make.PDF))
    xml = read(document).xml.name
    Document.objects.filter(pk=document.pk).update(keep_until="2020-12-31")
    delete_due()
    assert not default_storage.exists(xml) and not ElectronicInvoice.objects.exists()


def test_staff_may_file_an_invoice_that_is_xml_alone_and_nothing_else(acme, admin, as_):
    client, address = as_(admin), reverse("admin:contracts_document_add")

    def file(kind, content, number):
        sent = ContentFile(content, name="Rechnung.xml")
        about = {"company": acme.pk, "number": number, "kind": kind, "title": "Rechnung", "dated_on": "01.11.2026"}
        return client.post(address, about | {"file": sent}).status_code

    assert file("AB", einvoice.ubl(), "AB-9") == 200
    assert file("RE", b"no xml", "RE-8") == 200
    assert file("RE", einvoice.ubl(), "RE-9") == 302
    assert read(Document.objects.get(number="RE-9")).form == "alone"


# --- what the customer sees ---


def month_of(company, client, name="invoice_list", **query):
    return client.get(reverse(name, args=[company.number]), query)


@pytest.fixture
def invoices(acme):
    """Right, wrong, without XML and recalled, all of today; one of another month; one of another company."""
    rows = {
        "right": make.InvoiceFactory(company=acme, number="RE-1", title="=1+1"),
        "wrong": make.InvoiceFactory(company=acme, number="RE-2", electronic__faults=["due"]),
        "paper": make.DocumentFactory(company=acme, number="RE-3", kind="RE", title="Rechnung RE-3"),
        "older": make.InvoiceFactory(company=acme, number="RE-0", dated_on="2019-03-01"),
        "theirs": make.InvoiceFactory(number="RE-9"),
    }
    recalled = {"recall": "faulty", "recalled_at": timezone.now(), "recall_reason": "Doppelt"}
    return rows | {"recalled": make.InvoiceFactory(company=acme, number="RE-4", **recalled)}


def test_a_month_shows_its_invoices_with_figures_and_sums(acme, carla, as_, invoices):
    page = month_of(acme, as_(carla)).content.decode()
    assert all(f"RE-{number} ·" in page for number in (1, 2, 3, 4)) and "RE-0 ·" not in page and "RE-9" not in page
    # One right invoice, and the sum of one of three: what is wrong or recalled counts for nothing.
    assert page.count("178,50") == 2 and "Summe von 1 der 3 Rechnungen" in page
    assert "RE-0 ·" in month_of(acme, as_(carla), month="2019-03").content.decode()


@pytest.mark.parametrize("month", ["", "2019-99", "x", "\0"])
def test_nonsense_for_a_month_is_the_newest(month, acme, carla, as_, invoices):
    assert "RE-1 ·" in month_of(acme, as_(carla), month=month).content.decode()


def test_a_company_without_invoices_is_told_so(acme, carla, as_):
    assert "Noch keine Rechnungen" in month_of(acme, as_(carla)).content.decode()
    assert month_of(acme, as_(carla), "invoice_zip").status_code == 302


def test_the_zip_of_a_month_holds_papers_xml_and_a_table(acme, carla, as_, invoices):
    answer = month_of(acme, as_(carla), "invoice_zip", month=f"{today():%Y-%m}")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    papers = [name for name in packed.namelist() if name.endswith(".pdf")]
    assert sorted(name[:4] for name in papers) == ["RE-1", "RE-2", "RE-3"]
    (index,) = [name for name in packed.namelist() if name.startswith("index")]
    head, *lines = csv.reader(io.StringIO(packed.read(index).decode("utf-8-sig")), delimiter=";")
    by_number = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    right = by_number["RE-1"]
    assert right["Titel"] == "'=1+1" and right["Brutto"] == "178,50"
    assert packed.read(right["XML"]) == b"<x/>" and packed.read(right["Datei"]) == make.PDF
    assert by_number["RE-2"]["Brutto"] == "" and "fehlerhaft" in by_number["RE-2"]["Bemerkung"]
    assert by_number["RE-3"]["Bemerkung"] == "Ohne XML"
    assert invoices["right"].openings.get().how == "download"


def xml_of(document, client):
    return client.get(reverse("invoice_xml", args=[document.company.number, document.pk]))


def test_the_xml_alone_is_had_of_what_is_right(acme, carla, as_, invoices):
    answer = xml_of(invoices["right"], as_(carla))
    assert b"".join(answer) == b"<x/>" and ".xml" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert xml_of(invoices["wrong"], as_(carla)).status_code == 302
    assert xml_of(invoices["recalled"], as_(carla)).status_code == 404


def test_nobody_has_the_xml_of_another_company(acme, carla, as_, invoices):
    theirs = invoices["theirs"]
    assert xml_of(theirs, as_(carla)).status_code == 404
    assert as_(carla).get(reverse("invoice_xml", args=[acme.number, theirs.pk])).status_code == 404


def test_a_month_of_too_many_is_refused_with_a_sentence(acme, carla, as_, invoices, monkeypatch):
    monkeypatch.setattr("contracts.views.invoices.MOST", 2)
    answer = as_(carla).get(reverse("invoice_zip", args=[acme.number]), follow=True)
    assert "mehr als 2 Rechnungen" in answer.content.decode()
