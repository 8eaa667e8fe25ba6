"""A document is taken back: nobody gets it, everybody concerned is told, and the trace stays."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from contracts.filing import file_document
from contracts.models import Document
from contracts.recalling import recall_document
from orders.models import Order
from portal.lib.refusals import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
FAULTY, WRONG = Document.Recall.FAULTY, Document.Recall.WRONG_COMPANY


@pytest.fixture
def document(acme):
    return make.DocumentFactory(company=acme, title="Rechnung 7", number="RE-7", kind="RE")


def file_of(client, document, **query):
    return client.get(reverse("document_file", args=["12345", document.pk]), query)


def listed(client):
    return client.get(reverse("document_list", args=["12345"])).content.decode()


def test_what_is_faulty_stays_in_the_list_with_its_reason_and_is_served_to_nobody(document, carla, admin, as_):
    client = as_(carla)
    recall_document(document, recall=FAULTY, reason="Falscher Steuersatz.", by=admin)
    page = listed(client)
    assert "zurückgezogen: Falscher Steuersatz." in page
    assert str(document.pk) not in page, "neither to open nor to tick"
    assert file_of(client, document).status_code == 404
    zipped = client.post(reverse("document_zip", args=["12345"]), {"document": [document.pk]}, follow=True)
    assert "nicht mehr vorhanden" in zipped.content.decode()
    assert "neues Dokument" not in client.get("/kunde/12345/").content.decode()


def test_what_was_never_theirs_is_gone_and_comes_anew_to_the_right_one(document, acme, carla, elsewhere, admin, as_):
    """Edge 31."""
    recall_document(document, recall=WRONG, reason="Gehört einer anderen Firma.", by=admin)
    assert "Rechnung 7" not in listed(as_(carla)) and file_of(as_(carla), document).status_code == 404
    again, is_new = file_document(elsewhere, number="RE-7", kind="RE", title="Rechnung 7", content=make.PDF)
    assert is_new and again.version == 2 and again.company == elsewhere
    document.refresh_from_db()
    assert (document.company, document.recalled_by_name) == (acme, str(admin)), "the trace stays where it was"


def test_who_opened_it_and_the_licence_holders_are_told(document, olga, carla, dora, admin, as_):
    file_of(as_(carla), document)
    recall_document(document, recall=WRONG, reason="Verwechslung.", by=admin)
    told = {message.to[0]: message.body for message in mail.outbox}
    assert set(told) == {olga.email, carla.email}
    assert "Verwechslung." in told[carla.email] and "löschen Sie es bitte" in told[carla.email]


def test_staff_see_who_opened_it_and_need_a_reason(document, carla, admin, as_, client):
    file_of(as_(carla), document, download="1")
    staff, url = as_(admin), reverse("admin:contracts_document_recall", args=[document.pk])
    page = staff.get(url).content.decode()
    assert "Carla Conrad" in page and "geladen" in page
    assert staff.post(url, {"recall": "faulty", "reason": " "}).status_code == 200
    document.refresh_from_db()
    assert not document.is_recalled
    assert staff.post(url, {"recall": "faulty", "reason": "Zahlendreher"}).status_code == 302
    document.refresh_from_db()
    assert document.recall_reason == "Zahlendreher"
    assert as_(carla).get(url).status_code in {302, 403}


def test_a_recall_is_never_taken_back_silently(document, admin):
    recall_document(document, recall=FAULTY, reason="x", by=admin)
    with pytest.raises(Refused):
        recall_document(document, recall=WRONG, reason="y", by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(recalled_at=None)


def test_the_paper_of_a_concluded_agreement_is_not_recalled(acme, olga, admin):
    paper = make.DocumentFactory(company=acme, kind="AVV")
    terms = make.TermsFactory(kind="AVV")
    acme.acceptances.create(terms=terms, user=olga, signer_name="Olga", sha256=terms.sha256, document=paper)
    with pytest.raises(Refused, match="neue Fassung"):
        recall_document(paper, recall=FAULTY, reason="x", by=admin)


def test_a_corrected_file_takes_its_place_and_the_order_leads_to_it(acme, olga, admin, as_):
    order = make.OrderFactory(company=acme, ordered_by=olga, number="TSA-1")
    first, _new = file_document(acme, number="AB-TSA-1", kind="AB", title="Bestätigung", content=make.PDF)
    recall_document(first, recall=FAULTY, reason="x", by=admin)
    assert Order.objects.with_confirmation().get(pk=order.pk).confirmation is None
    second, _new = file_document(acme, number="AB-TSA-1", kind="AB", title="Bestätigung", content=make.PDF + b"\n")
    assert Order.objects.with_confirmation().get(pk=order.pk).confirmation == second.pk
    assert file_of(as_(olga), second).status_code == 200 and file_of(as_(olga), first).status_code == 404


# --- who opened what ---


def test_licence_holders_read_who_opened_what(document, acme, olga, carla, deniz, elsewhere, mallory, as_):
    make.DocumentFactory(company=elsewhere, title="Fremd").note_opening(mallory, "view")
    file_of(as_(carla), document)
    file_of(as_(deniz), document, download="1")
    url = reverse("opening_list", args=["12345"])
    page = as_(olga).get(url).content.decode()
    assert "Carla Conrad" in page and "Deniz Demir" in page and "Rechnung 7" in page
    assert "Mallory" not in page and "Fremd" not in page
    rows = as_(olga).get(url, {"person": carla.pk}).content.decode().split('class="list"')[1]
    assert "Carla Conrad" in rows and "Deniz Demir" not in rows
    assert "Niemand hat ein solches" in as_(olga).get(url, {"q": "miete"}).content.decode()
    answer = as_(olga).get(reverse("opening_export", args=["12345"]))
    table = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "Carla Conrad;Rechnung 7;RE-7;angesehen" in table
