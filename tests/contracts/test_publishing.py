"""Documents for many companies: judged, looked at, published once each, told once each, and taken back."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from contracts.filing import file_document
from contracts.models import Document, Publication, PublicationEntry
from contracts.publishing import running, working
from contracts.publishing.choosing import choose
from contracts.publishing.index import COLUMNS, read_index
from contracts.publishing.running import PublicationRefused
from contracts.recalling import recall_document
from contracts.retention import delete_due
from portal.lib.packages import PackageRefused
from portal.models import Change, Trouble

from .. import factories as make
from ..jobs import run_jobs
from ..threads import at_once

pytestmark = pytest.mark.django_db
TASK = "work_on_publication"
DAY = dt.date(2026, 1, 15)
ONE = {"kind": "SPV", "number": "INFO-26", "title": "Neue Bedingungen", "dated_on": DAY, "tells": True}


def paper(text="x"):
    """A PDF of its own for each text."""
    return make.PDF + f"% {text}\n".encode()


def pdf(name="info.pdf"):
    return SimpleUploadedFile(name, paper())


def row(number, name, *, customer="12345", kind="RE", title="Rechnung", day="15.01.2026"):
    return [customer, name, kind, number, title, day]


def package(*rows, files=None, head=COLUMNS, folder=""):
    """A ZIP with these rows and the files they name; files: name -> bytes instead."""
    text, raw = io.StringIO(), io.BytesIO()
    csv.writer(text, delimiter=";").writerows([head, *rows])
    named = files if files is not None else {one[1]: paper(one[1]) for one in rows}
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(f"{folder}index.csv", text.getvalue())
        for name, content in named.items():
            zipped.writestr(f"{folder}{name}", content)
    return SimpleUploadedFile("papiere.zip", raw.getvalue())


def judged(by, *rows, **more):
    made = running.make_package(package(*rows, **more), name="Rechnungen", tells=True, by=by)
    run_jobs(TASK)
    made.refresh_from_db()
    return made


def said(publication):
    """line -> (state, reason)."""
    return {entry.line: (entry.state, entry.problem) for entry in publication.entries.all()}


def published(publication, by, **words):
    running.start(publication, by=by, **words)
    run_jobs(TASK)
    publication.refresh_from_db()
    return publication


@pytest.fixture
def two(acme, olga, elsewhere, mallory):
    """Two companies with a licence holder each."""
    return [acme, elsewhere]


# --- judged ---


def test_each_row_is_refused_with_its_reason_and_the_others_are_not(acme, admin):
    make.CompanyFactory(number="77777", ended_on=dt.date(2020, 1, 1))
    files = {
        **{f"{n}.pdf": paper(n) for n in "abdefgh"}, "bad.pdf": b"<html>no paper</html>", "left.pdf": paper("left"),
    }  # fmt: skip
    made = judged(
        admin,
        row("RE-1", "a.pdf"),
        row("RE-2", "b.pdf", customer="4711"),
        row("RE-3", "missing.pdf"),
        row("RE-4", "bad.pdf"),
        row("RE-1", "d.pdf"),
        row("RE-5", "e.pdf", kind="Quittung"),
        row("RE-6", "f.pdf", day="31.02.2026"),
        row("RE-7", "g.pdf", title=""),
        row("RE-8", "h.pdf", customer="77777"),
        row("RE-9", "A.PDF", customer="DOMUS_12345", kind="Rechnung", day="2026-01-15"),
        files=files,
    )
    assert made.state == Publication.State.CHECKED
    states = said(made)
    assert states[2] == ("waiting", "") and states[11] == ("waiting", "")
    reasons = {line: reason for line, (state, reason) in states.items() if state == "refused"}
    words = {3: "gibt es keine Firma", 4: "nicht im Paket", 5: "keine lesbare PDF", 6: "in Zeile 2", 7: "Quittung"}
    words |= {8: "31.02.2026", 9: "Titel", 10: "gesperrt"}
    assert set(reasons) == set(words)
    assert {line: word for line, word in words.items() if word not in reasons[line]} == {}
    assert made.unnamed == [1, "left.pdf"]


def test_a_file_that_several_rows_name_is_judged_once(acme, elsewhere, admin, monkeypatch):
    looks = []
    monkeypatch.setattr("contracts.publishing.judging.check_pdf", lambda file, **more: looks.append(1))
    made = judged(admin, row("RE-1", "a.pdf"), row("RE-2", "a.pdf", customer=elsewhere.number))
    assert len(looks) == 1 and made.counts()["waiting"] == 2


@pytest.mark.parametrize(
    "upload, words",
    [
        (lambda: SimpleUploadedFile("x.zip", b"no zip"), "ZIP"),
        (lambda: package(row("RE-1", "../a.pdf")), "hinaus"),
        (lambda: package(files={"bomb.pdf": b"\0" * 4_000_000}), "Vielfaches"),
    ],
)
def test_a_package_that_is_a_trap_is_refused_at_once(acme, admin, upload, words):
    with pytest.raises(PackageRefused, match=words):
        running.make_package(upload(), name="x", tells=True, by=admin)
    assert not Publication.objects.exists() and not ProcrastinateJob.objects.exists()


def test_an_index_that_cannot_be_read_is_said(acme, admin):
    made = judged(admin, row("RE-1", "a.pdf"), head=["Kundennummer", "Datei", "Art"])
    assert made.state == Publication.State.REFUSED and "Nummer, Titel, Datum" in made.problem
    assert not made.file and not made.entries.exists()
    with pytest.raises(PackageRefused):
        read_index(b"Kundennummer;Datei;Art;Nummer;Titel;Datum\r\n")


def test_a_folder_around_everything_is_no_matter(acme, admin):
    made = judged(admin, row("RE-1", "a.pdf"), folder="Rechnungen/")
    assert said(made) == {2: ("waiting", "")}


def test_what_is_filed_already_is_told_before(acme, elsewhere, admin):
    for number, company, content in [("RE-1", acme, "a.pdf"), ("RE-2", acme, "old"), ("RE-3", elsewhere, "c.pdf")]:
        file_document(company, number=number, kind="RE", title="Rechnung", content=paper(content))
    wrong, _new = file_document(elsewhere, number="RE-4", kind="RE", title="Rechnung", content=paper("d.pdf"))
    recall_document(wrong, recall="company", reason="Verwechslung", by=admin)
    made = judged(admin, *(row(f"RE-{n}", f"{name}.pdf") for n, name in enumerate("abcd", 1)))
    states = {entry.number: (entry.state, entry.version) for entry in made.entries.all()}
    assert states == {"RE-1": ("same", 1), "RE-2": ("waiting", 2), "RE-3": ("refused", 2), "RE-4": ("waiting", 2)}
    with pytest.raises(PublicationRefused, match="abgelehnt"):
        running.start(made, by=admin, over_filed=True)
    with pytest.raises(PublicationRefused, match="ersetzen"):
        running.start(made, by=admin, without_refused=True)
    published(made, admin, without_refused=True, over_filed=True)
    assert made.counts() == {"done": 2, "same": 1, "refused": 1, "version": 0}
    assert Document.objects.get(number="RE-2", replaced_by=None).version == 2


# --- published ---


def test_one_paper_for_many_is_stored_once_and_told_once_to_each(two, admin, olga, mallory):
    made = running.make_one(pdf(), two, ["4711"], by=admin, **ONE)
    assert made.counts() == {"waiting": 2, "refused": 1, "version": 0}
    published(made, admin, without_refused=True)
    assert made.state == Publication.State.DONE
    documents = Document.objects.order_by("number")
    assert {document.number for document in documents} == {f"INFO-26-{company.number}" for company in two}
    assert {document.company for document in documents} == set(two)
    assert len({document.file.name for document in documents}) == 1
    assert documents[0].file.open("rb").read() == paper()
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {olga.email, mallory.email} and len(mail.outbox) == 2
    assert "Neue Bedingungen" in told[olga.email].body and "Neues Dokument" in told[olga.email].subject
    change = Change.objects.filter(table="contracts_document").first()
    assert (change.actor_kind, change.actor_id) == ("staff", admin.pk)


def test_several_for_one_company_are_one_mail(acme, olga, admin):
    published(judged(admin, row("RE-1", "a.pdf"), row("RE-2", "b.pdf")), admin)
    (letter,) = mail.outbox
    assert "2 neue Dokumente" in letter.subject and "RE-1" in letter.body and "RE-2" in letter.body


def test_without_the_word_nobody_is_mailed_nor_before_the_day(acme, olga, admin):
    quiet = running.make_one(pdf(), [acme], by=admin, **{**ONE, "tells": False})
    published(quiet, admin)
    later = running.make_one(pdf(), [acme], by=admin, **{**ONE, "number": "X", "dated_on": dt.date(2100, 1, 1)})
    published(later, admin)
    assert Document.objects.count() == 2 and not mail.outbox


def test_a_task_that_is_repeated_writes_nothing_again(two, admin):
    made = published(running.make_one(pdf(), two, by=admin, **ONE), admin)
    for state in (Publication.State.PUBLISHING, Publication.State.DONE):
        Publication.objects.filter(pk=made.pk).update(state=state)
        working.work_on(str(made.pk))
    assert Document.objects.count() == 2 and len(mail.outbox) == 2


def test_one_company_that_fails_holds_up_none_and_is_done_by_the_next_try(two, admin, monkeypatch):
    real, bad = working.publish_for, two[0]

    def dies(publication, papers, company):
        real(publication, papers, company)
        if company == bad:
            raise OSError("the worker died before it was committed")

    made = running.make_one(pdf(), two, by=admin, **ONE)
    monkeypatch.setattr(working, "publish_for", dies)
    running.start(made, by=admin)
    with pytest.raises(working.NotAllDone):
        run_jobs(TASK)
    assert [document.company for document in Document.objects.all()] == [two[1]]
    assert Trouble.objects.count() == 1
    monkeypatch.setattr(working, "publish_for", real)
    working.work_on(str(made.pk))
    made.refresh_from_db()
    assert made.state == Publication.State.DONE and Document.objects.count() == 2
    assert made.entries.exclude(document=None).count() == 2


def test_what_changed_since_the_preview_is_left_out_with_its_reason(acme, elsewhere, olga, admin):
    old, _new = file_document(acme, number="RE-2", kind="RE", title="Rechnung", content=paper("old"))
    third = make.CompanyFactory(number="33333")
    made = judged(
        admin, row("RE-1", "a.pdf"), row("RE-2", "b.pdf"), row("RE-3", "c.pdf"),
        row("RE-4", "d.pdf", customer=elsewhere.number), row("RE-5", "e.pdf", customer=third.number),
        row("RE-6", "f.pdf"),
    )  # fmt: skip
    file_document(acme, number="RE-1", kind="RE", title="Rechnung", content=paper("other"))
    recall_document(old, recall="faulty", reason="Zahlendreher", by=admin)
    file_document(acme, number="RE-3", kind="RE", title="Rechnung", content=paper("c.pdf"))
    elsewhere.is_blocked = True
    elsewhere.save()
    third.ended_on = dt.date(2020, 1, 1)
    third.save()
    mail.outbox.clear()
    published(made, admin, over_filed=True)
    found = {entry.number: (entry.state, entry.problem[:20]) for entry in made.entries.all()}
    assert {number: state for number, (state, _why) in found.items()} == {
        "RE-1": "left_out", "RE-2": "left_out", "RE-3": "same", "RE-4": "left_out", "RE-5": "left_out", "RE-6": "done",
    }  # fmt: skip
    assert "zurückgezogen" in made.entries.get(number="RE-2").problem
    assert not elsewhere.documents.exists() and not third.documents.exists()
    assert [letter.to for letter in mail.outbox] == [[olga.email]]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_document_once(acme, olga, elsewhere, admin):
    made = running.make_one(pdf(), [acme, elsewhere], by=admin, **ONE)
    running.start(made, by=admin)
    assert at_once(*[lambda: working.work_on(str(made.pk))] * 2) == [None, None]
    made.refresh_from_db()
    assert made.state == Publication.State.DONE and Document.objects.count() == 2
    assert [letter.to for letter in mail.outbox] == [[olga.email]]


def test_the_job_that_is_gone_breaks_it_off_and_it_goes_on_at_a_word(acme, admin):
    made = running.make_one(pdf(), [acme], by=admin, **ONE)
    running.start(made, by=admin)
    assert working.mark_broken() == 0
    ProcrastinateJob.objects.all().delete()
    assert working.mark_broken() == 1
    made.refresh_from_db()
    assert made.state == Publication.State.BROKEN and made.problem
    running.start_again(made, by=admin)
    run_jobs(TASK)
    assert Document.objects.count() == 1


def test_only_the_first_word_counts(acme, admin):
    made = running.make_one(pdf(), [acme], by=admin, **ONE)
    running.start(made, by=admin)
    for verb in (running.start, running.leave, running.start_again):
        with pytest.raises(PublicationRefused, match="schneller"):
            verb(made, by=admin)


def test_what_is_left_leaves_no_file(acme, admin, django_capture_on_commit_callbacks):
    made = running.make_one(pdf(), [acme], by=admin, **ONE)
    name = made.file.name
    with django_capture_on_commit_callbacks(execute=True):
        running.leave(made, by=admin)
    assert not default_storage.exists(name) and not Document.objects.exists()


# --- taken back ---


def test_all_of_it_is_taken_back_with_one_mail_to_each_reader(acme, olga, carla, elsewhere, mallory, admin, as_):
    rows = [row("RE-1", "a.pdf"), row("RE-2", "b.pdf"), row("RE-3", "c.pdf", customer=elsewhere.number)]
    made = published(judged(admin, *rows), admin)
    first = Document.objects.get(number="RE-1")
    first.note_opening(carla, "view")
    mail.outbox.clear()
    with pytest.raises(PublicationRefused):
        running.recall(made, recall="company", reason=" ", by=admin)
    running.recall(made, recall="company", reason="Falscher Empfänger.", by=admin)
    run_jobs(TASK)
    made.refresh_from_db()
    assert made.state == Publication.State.RECALLED
    assert {one.recall for one in Document.objects.all()} == {"company"}
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {olga.email, carla.email, mallory.email} and len(mail.outbox) == 3
    assert "2 Dokumente" in told[olga.email].subject and "RE-1" in told[carla.email].subject
    listed = as_(olga).get(reverse("document_list", args=["12345"])).content.decode()
    assert "RE-1" not in listed and "RE-2" not in listed
    working.work_on(str(made.pk))
    assert len(mail.outbox) == 3


def test_one_that_was_recalled_singly_is_no_hindrance(acme, admin):
    made = published(judged(admin, row("RE-1", "a.pdf"), row("RE-2", "b.pdf")), admin)
    recall_document(Document.objects.get(number="RE-1"), recall="faulty", reason="Zahlendreher", by=admin)
    running.recall(made, recall="company", reason="Falscher Empfänger.", by=admin)
    run_jobs(TASK)
    assert dict(Document.objects.values_list("number", "recall")) == {"RE-1": "faulty", "RE-2": "company"}


def test_the_shared_file_goes_with_its_last_document(acme, elsewhere, admin):
    made = published(running.make_one(pdf(), [acme, elsewhere], by=admin, **{**ONE, "kind": "RE"}), admin)
    first, second = Document.objects.order_by("number")
    Document.objects.filter(pk=first.pk).update(keep_until=dt.date(2026, 2, 1))
    delete_due(dt.date(2026, 3, 1))
    assert default_storage.exists(made.file.name)
    Document.objects.filter(pk=second.pk).update(keep_until=dt.date(2026, 2, 1))
    delete_due(dt.date(2026, 3, 1))
    assert not default_storage.exists(made.file.name)


# --- whom ---


def test_companies_are_chosen_by_what_they_have(acme, elsewhere):
    product = acme.licences.get().product
    make.CompanyFactory(number="80001", postal_code="80331", uses_homecase=True)
    make.CompanyFactory(number="80002", postal_code="80331", is_blocked=True)

    def numbers(**asked):
        return [company.number for company in choose(**asked)]

    assert "12345" in numbers(product=product) and "80001" not in numbers(product=product)
    kind = acme.licences.get().maintenance.get().kind
    assert "12345" in numbers(maintenance=kind) and "80001" not in numbers(maintenance=kind)
    assert "12345" not in numbers(maintenance="none") and "80001" in numbers(maintenance="none")
    assert numbers(homecase="yes", postal_code="803") == ["80001"]
    assert "80002" not in numbers()


# --- the pages ---


def test_staff_publish_by_the_pages(two, olga, admin, as_):
    client = as_(admin)
    asked = {**ONE, "dated_on": "2026-01-15", "tells": "on", "numbers": "12345, 4711"}
    url = reverse("admin:contracts_publication_new")
    for more, words in [
        ({"numbers": ""}, "welche Firmen"),
        ({"everybody": "on"}, "nicht beides"),
        ({"file": SimpleUploadedFile("x.pdf", b"no")}, "keine lesbare PDF"),
    ]:
        answer = client.post(url, {**asked, "file": pdf(), **more})
        assert answer.status_code == 200 and words in answer.content.decode(), words
    assert not Publication.objects.exists()
    answer = client.post(url, {**asked, "file": pdf()}, follow=True)
    made = Publication.objects.get()
    page = answer.content.decode()
    assert "Hausverwaltung Sonnenhof" in page and "4711" in page and "gibt es keine Firma" in page
    assert not Document.objects.exists()
    start = reverse("admin:contracts_publication_start", args=[made.pk])
    assert "sagen Sie" in client.post(start, follow=True).content.decode()
    client.post(start, {"without_refused": "on"})
    run_jobs(TASK)
    (document,) = Document.objects.all()
    page = client.get(reverse("admin:contracts_publication_change", args=[made.pk])).content.decode()
    assert reverse("admin:contracts_document_change", args=[document.pk]) in page
    table = client.get(reverse("admin:contracts_publication_rows", args=[made.pk]))
    assert "INFO-26-12345" in b"".join(table.streaming_content).decode()
    recall = reverse("admin:contracts_publication_recall", args=[made.pk])
    assert client.post(recall, {"recall": "company", "reason": ""}).status_code == 200
    client.post(recall, {"recall": "company", "reason": "Verwechslung"})
    run_jobs(TASK)
    document.refresh_from_db()
    assert document.recall == "company" and document.recalled_by_name == str(admin)


def test_the_example_can_be_published_as_it_is(admin, as_):
    make.CompanyFactory(number="12345")
    make.CompanyFactory(number="20001")
    client = as_(admin)
    example = client.get(reverse("admin:contracts_publication_example")).content
    sent = {"name": "Probe", "package": SimpleUploadedFile("beispiel.zip", example), "tells": "on"}
    assert client.post(reverse("admin:contracts_publication_package"), sent).status_code == 302
    run_jobs(TASK)
    assert {state for state, _why in said(Publication.objects.get()).values()} == {"waiting"}


def test_a_long_preview_is_paged(acme, admin, as_):
    made = Publication.objects.create(name="Viele", state="checked", stage="checked")
    PublicationEntry.objects.bulk_create(
        PublicationEntry(publication=made, line=n, company=acme, customer="12345", number=f"RE-{n}", state="waiting")
        for n in range(1, 121)
    )
    url = reverse("admin:contracts_publication_change", args=[made.pk])
    page = as_(admin).get(url, {"seite": 3}).content.decode()
    assert "RE-120" in page and "RE-100 " not in page and "3 / 3" in page


def test_a_file_changed_in_the_store_is_not_published(acme, admin):
    made = judged(admin, row("RE-1", "a.pdf"))
    other = package(row("RE-1", "a.pdf"), files={"a.pdf": paper("other")})
    default_storage.delete(made.file.name)
    default_storage.save(made.file.name, ContentFile(other.read()))
    running.start(made, by=admin)
    with pytest.raises(working.NotAllDone):
        run_jobs(TASK)
    assert not Document.objects.exists()


def test_one_filed_singly_is_told_too_if_staff_say_so(acme, olga, admin, as_):
    url = reverse("admin:contracts_document_add")
    sent = {"company": acme.pk, "kind": "RE", "title": "Rechnung", "dated_on": "15.01.2026"}
    for number, more in [("RE-1", {"tells": "on"}), ("RE-2", {}), ("RE-3", {"tells": "on", "dated_on": "01.01.2100"})]:
        assert as_(admin).post(url, {**sent, "number": number, "file": pdf(), **more}).status_code == 302
    assert [letter.subject for letter in mail.outbox] == ["Neues Dokument: Rechnung"]
    assert mail.outbox[0].to == [olga.email]
