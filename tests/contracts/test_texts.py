"""What stands in the documents: taken out by the worker, bounded, and gone with them."""

import io
import stat

import pytest

from contracts.filing import file_document
from contracts.models import Document, DocumentText, PageText
from contracts.recalling import recall_document
from contracts.retention import delete_due
from contracts.tasks import read_texts
from contracts.texts import process, reading
from contracts.texts.pdf import plain
from contracts.texts.process import Reader
from portal.models import Trouble

from .. import factories as make
from ..jobs import run_jobs
from .papers import broken, encrypted, paper, scan

pytestmark = pytest.mark.django_db
State = DocumentText.State
SPV = ["Softwarepflege", "Umfang der Pflege", "Die Kündigungs-\nfrist beträgt drei Monate."]


def read(content):
    with Reader() as reader:
        return reader.read(io.BytesIO(content))


def texts(document):
    return list(PageText.objects.filter(document=document).order_by("page").values_list("page", "text"))


@pytest.fixture
def filed(acme):
    """The maintenance contract, read."""
    document, _is_new = file_document(acme, number="SPV-1", kind="SPV", title="Softwarepflege", content=paper(*SPV))
    run_jobs("read_text")
    return document


def test_words_are_read_page_by_page_and_what_is_broken_by_the_line_is_whole(filed):
    assert texts(filed)[2] == (3, "Die Kündigungsfrist beträgt drei Monate.")
    assert (filed.text.state, filed.text.pages, filed.text.company) == (State.READ, 3, filed.company)
    run_jobs("read_text")
    read_texts.func(0)
    assert len(texts(filed)) == 3


@pytest.mark.parametrize(
    ("content", "state", "count"),
    [
        (scan(), State.NONE, 1),
        (encrypted("Geheim"), State.LOCKED, 0),
        (encrypted("Nicht geheim", password=""), State.READ, 1),
        (broken(), State.BROKEN, 0),
        (b"%PDF-1.7 nothing else", State.BROKEN, 0),
        (b"<Invoice/>", State.NONE, 0),
        (b"", State.NONE, 0),
    ],
    ids=["scan", "encrypted", "encrypted for nobody", "broken", "empty PDF", "XML", "nothing"],
)
def test_what_has_no_text_is_said_so_once_and_no_trouble(content, state, count, acme):
    document = make.DocumentFactory(company=acme, content=content)
    read_texts.func(0)
    found = DocumentText.objects.get(document=document)
    assert (found.state, found.pages) == (state, count)
    assert bool(texts(document)) == (state == State.READ) and not Trouble.objects.exists()
    assert reading.read_unread() == 0, "read once"


def test_the_import_s_documents_are_read_and_too_large_ones_are_not(acme, monkeypatch):
    small, large = [make.DocumentFactory(company=acme, content=paper("Anlage")) for _ in range(2)]
    Document.objects.filter(pk=large.pk).update(size=reading.MOST_BYTES + 1)
    monkeypatch.setattr(reading, "BATCH", 1)
    assert reading.read_unread() == 2
    assert texts(small) == [(1, "Anlage")] and large.text.state == State.BROKEN and not texts(large)


def test_one_job_reads_what_others_wait_for(acme):
    for number in range(3):
        file_document(acme, number=f"RE-{number}", kind="RE", title="Rechnung", content=paper(f"Nummer {number}"))
    reading.read_filed(str(Document.objects.first().pk))
    assert DocumentText.objects.count() == 3


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ninput()\ntime.sleep(600)\n")
    with Reader() as reader:
        with monkeypatch.context() as patch:
            patch.setattr(process, "SCRIPT", slow)
            patch.setattr(process, "PATIENCE", 0.5)
            assert reader.read(io.BytesIO(paper("Lang"))).state == State.BROKEN
        assert reader.read(io.BytesIO(paper("Kurz"))).pages == [(1, "Kurz")]


def test_a_scan_is_read_where_tesseract_is(monkeypatch, tmp_path):
    tesseract = tmp_path / "tesseract"
    tesseract.write_text('#!/bin/sh\ntest -s "$1" && echo "Gesehen: $2 $4"\n')
    tesseract.chmod(tesseract.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert read(scan()).pages == [(1, "Gesehen: stdout deu")]


def test_signs_that_cannot_be_stored_or_shown_are_left_out():
    assert plain(" Zwei\n\n  Zeilen\0 \ue000mit\x1b Resten ") == "Zwei Zeilen mit Resten"
    assert plain("Haus-\nverwaltung, Haus-\nVerwaltung") == "Hausverwaltung, Haus- Verwaltung"
    assert len(plain("x" * 100_000)) == 20_000


# --- text goes where its document goes ---


@pytest.mark.parametrize("recall", Document.Recall.values)
def test_the_text_goes_with_a_recall(recall, filed, admin):
    recall_document(filed, recall=recall, reason="Irrtum.", by=admin)
    assert not texts(filed) and not DocumentText.objects.exists()
    read_texts.func(0)
    assert not DocumentText.objects.exists(), "and does not come back"


def test_the_text_goes_at_the_end_of_retention(filed):
    Document.objects.update(keep_until="2020-12-31")
    delete_due()
    assert not texts(filed) and not DocumentText.objects.exists()


def test_the_text_of_an_earlier_version_goes(filed, acme):
    newer, _is_new = file_document(acme, number="SPV-1", kind="SPV", title="Softwarepflege", content=paper("Neu"))
    run_jobs("read_text")
    assert not texts(filed) and texts(newer) == [(1, "Neu")]


def test_the_text_goes_with_its_document_to_another_company(filed, elsewhere):
    # As the import moves one.
    Document.objects.filter(pk=filed.pk).update(company=elsewhere)
    assert set(PageText.objects.values_list("company", flat=True)) == {elsewhere.pk}
    assert DocumentText.objects.get().company == elsewhere


def test_what_is_recalled_while_it_is_read_leaves_no_text(acme, admin, monkeypatch):
    document = make.DocumentFactory(company=acme, content=paper("Verwechselt"))
    real = reading._said

    def recalled_meanwhile(row, reader):
        said = real(row, reader)
        recall_document(row, recall=Document.Recall.WRONG_COMPANY, reason="Irrtum.", by=admin)
        return said

    monkeypatch.setattr(reading, "_said", recalled_meanwhile)
    assert reading.read_unread() == 1
    assert not texts(document) and not DocumentText.objects.exists()
