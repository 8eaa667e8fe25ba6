"""How long documents are kept: full calendar years, a hold that stops everything, and a report of what went."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from contracts.models import DeletionReport, Document
from contracts.retention import delete_due, due_documents, kept_until
from tests import factories as make

pytestmark = pytest.mark.django_db


def paper(company, kind, dated_on, **more):
    return make.DocumentFactory(company=company, kind=kind, dated_on=dt.date(*dated_on), **more)


@pytest.mark.parametrize(
    "kind, dated_on, ended_on, until",
    [
        ("RE", (2018, 1, 1), None, dt.date(2026, 12, 31)),
        ("RE", (2018, 12, 31), None, dt.date(2026, 12, 31)),
        ("AB", (2019, 3, 1), None, dt.date(2027, 12, 31)),
        # A contract that runs is not old, however long ago it was signed.
        ("SPV", (2001, 1, 1), None, None),
        ("SPV", (2001, 1, 1), dt.date(2015, 6, 30), dt.date(2025, 12, 31)),
        ("AVV", (2018, 5, 25), dt.date(2016, 1, 1), dt.date(2028, 12, 31)),
    ],
)
def test_the_time_is_reckoned_in_calendar_years(acme, kind, dated_on, ended_on, until):
    """Edge 90."""
    acme.ended_on = ended_on
    acme.save()
    assert kept_until(paper(acme, kind, dated_on)) == until


def test_what_is_due_goes_with_its_file_and_leaves_a_trace(acme, carla, as_):
    old = paper(acme, "RE", (2017, 5, 1), number="RE-ALT", title="Rechnung 2017")
    young = paper(acme, "RE", (2018, 1, 1))
    old.note_opening(carla, "view")
    storage, name = old.file.storage, old.file.name
    report = delete_due(dt.date(2026, 12, 31))
    old.refresh_from_db()
    assert [line["number"] for line in report.deleted] == ["RE-ALT"] and report.deleted[0]["sha256"] == old.sha256
    assert not storage.exists(name) and old.title == "" and old.deleted_at and not old.openings.exists()
    assert young.file.storage.exists(young.file.name)
    assert delete_due(dt.date(2026, 12, 31)) is None, "a second run does nothing"
    page = as_(carla).get(reverse("document_list", args=["12345"])).content.decode()
    assert "RE-ALT" not in page
    assert as_(carla).get(reverse("document_file", args=["12345", old.pk])).status_code == 404


def test_a_hold_and_a_day_of_one_s_own(acme):
    paper(acme, "RE", (2001, 1, 1), number="HELD", legal_hold="Rechtsstreit 7 O 12/26")
    paper(acme, "RE", (2001, 1, 1), number="LATER", keep_until=dt.date(2030, 1, 1))
    paper(acme, "AB", (2025, 1, 1), number="SOONER", keep_until=dt.date(2026, 1, 1))
    assert [row.number for row in due_documents(dt.date(2026, 11, 1))] == ["SOONER"]


def test_the_paper_of_a_valid_agreement_is_never_due(acme, olga):
    filed = paper(acme, "AVV", (2010, 1, 1), keep_until=dt.date(2020, 1, 1))
    terms = make.TermsFactory(kind="AVV")
    acme.acceptances.create(terms=terms, user=olga, signer_name="O", sha256=terms.sha256, document=filed)
    assert due_documents(dt.date(2040, 1, 1)) == []


def test_a_file_that_cannot_be_deleted_keeps_its_row(acme, monkeypatch):
    kept = paper(acme, "RE", (2001, 1, 1), number="FEST")

    def refuse(self, name):
        raise PermissionError(name)

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.delete", refuse)
    report = delete_due(dt.date(2026, 1, 1))
    kept.refresh_from_db()
    assert report.deleted == [] and report.failed[0]["number"] == "FEST" and kept.deleted_at is None and kept.file


def test_staff_look_first_and_read_the_report(acme, admin, as_):
    paper(acme, "RE", (2001, 1, 1), number="RE-1")
    said = StringIO()
    call_command("delete_documents", "--dry-run", stdout=said)
    assert "RE RE-1" in said.getvalue() and "1 due" in said.getvalue()
    assert Document.objects.filter(deleted_at=None).count() == 1
    call_command("delete_documents", stdout=said)
    assert "1 deleted, 0 failed" in said.getvalue()
    report = DeletionReport.objects.get()
    page = as_(admin).get(reverse("admin:contracts_deletionreport_change", args=[report.pk])).content.decode()
    assert "RE-1" in page
    changed = as_(admin).get(reverse("admin:contracts_document_change", args=[Document.objects.get().pk]))
    assert changed.status_code == 200 and "gelöscht am" in changed.content.decode()
