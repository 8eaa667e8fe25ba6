"""A member of staff gives two companies a paper, sees who gets it before, and takes it back."""

import pytest
from playwright.sync_api import expect

from contracts.models import Document

from .. import factories as make
from ..jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "work_on_publication"


def test_a_paper_for_two_companies_and_back(visit, admin, acme, olga, elsewhere, mallory):
    page = visit(admin, "/admin/contracts/publication/")
    page.get_by_role("link", name="Ein Dokument für viele Firmen").click()
    page.get_by_label("PDF").set_input_files({"name": "info.pdf", "mimeType": "application/pdf", "buffer": make.PDF})
    page.get_by_label("Titel").fill("Neue Bedingungen")
    page.get_by_label("Dokumentnummer").fill("INFO-26")
    page.get_by_label("Kundennummern").fill(f"12345\n{elsewhere.number}\n4711")
    page.get_by_role("button", name="Empfänger ansehen").click()
    expect(page.get_by_text("Hausverwaltung Sonnenhof GmbH (12345)")).to_be_visible()
    expect(page.get_by_text("gibt es keine Firma")).to_be_visible()
    page.get_by_label("ohne die abgelehnten Zeilen").check()
    page.get_by_role("button", name="Jetzt veröffentlichen").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_jobs(TASK)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=30_000)
    assert Document.objects.count() == 2
    page.reload()
    page.get_by_role("link", name="Alles zurückrufen").click()
    page.get_by_label("gehört einer anderen Firma").check()
    page.get_by_label("Grund (das liest der Kunde)").fill("Falsche Anlage")
    page.get_by_role("button", name="Alles zurückrufen").click()
    run_jobs(TASK)
    expect(page.get_by_text("Falsche Anlage").first).to_be_visible(timeout=30_000)
    assert set(Document.objects.values_list("recall", flat=True)) == {"company"}
