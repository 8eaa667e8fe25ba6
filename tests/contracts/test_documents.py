"""Documents: found, marked new, opened by who may, in every version."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from contracts.models import DocumentOpening
from portal.lib.days import today

from .. import factories as make
from ..days import in_days
from ..look.pages import tree_of

TOMORROW, LONG_AGO = in_days(1), in_days(-400)


@pytest.fixture
def document(acme):
    return make.DocumentFactory(company=acme, title="Rechnung Ösen", number="RE-7", kind="RE", file_name="Öse 7.pdf")


def page(client, company, name="document_list", **query):
    return client.get(reverse(name, args=[company.number]), query).content.decode()


def file_of(client, company, document, **options):
    return client.get(reverse("document_file", args=[company.number, document.pk]), **options)


@pytest.mark.parametrize("query", [{}, {"q": "ösen"}, {"q": "re-7"}, {"kind": "RE"}, {"year": str(today().year)}])
def test_a_document_is_found(query, acme, carla, as_, document):
    assert document.title in page(as_(carla), acme, **query)


@pytest.mark.parametrize("query", [{"q": "miete"}, {"kind": "AVV"}, {"q": "re-7 miete"}])
def test_what_does_not_match_is_not_listed(query, acme, carla, as_, document):
    shown = page(as_(carla), acme, **query)
    assert document.title not in shown
    assert "Kein Dokument passt dazu" in shown


def test_filters_are_folded_and_what_is_asked_stands_as_chips(acme, carla, as_, document):
    year = str(today().year)
    plain = tree_of(page(as_(carla), acme))[0]
    assert not plain.xpath("//form[@role='search']//details[@open] | //a[@class='pick']")
    asked = tree_of(page(as_(carla), acme, q="ösen", kind="RE", year=year))[0]
    said = {" ".join("".join(chip.itertext()).split()): chip.get("href") for chip in asked.xpath("//a[@class='pick']")}
    assert set(said) == {"„ösen“ entfernen", "Rechnung entfernen", f"{year} entfernen"}
    assert said["Rechnung entfernen"] == f"?q=%C3%B6sen&year={year}"


@pytest.mark.parametrize("query", [{"year": "x"}, {"kind": "'"}, {"q": "\0"}, {"page": "-1"}, {"q": "%" * 5000}])
def test_nonsense_in_the_address_breaks_nothing(query, acme, carla, as_, document):
    assert as_(carla).get(reverse("document_list", args=[acme.number]), query).status_code == 200


def test_a_new_document_carries_a_mark_until_this_person_opened_it(acme, olga, carla, as_, document):
    mark = ">neu</span>"
    assert mark in page(as_(carla), acme)
    file_of(as_(carla), acme, document)
    assert mark not in page(as_(carla), acme)
    assert mark in page(as_(olga), acme), "somebody else has not seen it"


def test_old_papers_are_not_new(acme, carla, as_):
    make.DocumentFactory(company=acme, dated_on=LONG_AGO)
    assert ">neu</span>" not in page(as_(carla), acme)


def test_a_document_of_tomorrow_is_not_there_today(acme, carla, as_):
    """Edge 32."""
    future = make.DocumentFactory(company=acme, title="Vertrag von morgen", dated_on=TOMORROW)
    client = as_(carla)
    assert future.title not in page(client, acme)
    assert file_of(client, acme, future).status_code == 404


def test_a_corrected_version_takes_the_place_of_the_old_which_stays_readable(acme, carla, as_, document):
    new = make.DocumentFactory(company=acme, number=document.number, version=2, title="Rechnung, berichtigt")
    document.replaced_by = new
    document.save()
    shown = page(as_(carla), acme)
    assert new.title in shown and document.title not in shown
    assert file_of(as_(carla), acme, document).status_code == 200


def test_who_opened_what_is_kept(acme, carla, as_, document):
    client = as_(carla)
    file_of(client, acme, document)
    client.get(reverse("document_file", args=[acme.number, document.pk]) + "?download=1")
    assert list(DocumentOpening.objects.order_by("pk").values_list("user", "how")) == [
        (carla.pk, "view"),
        (carla.pk, "download"),
    ]


def test_a_pdf_is_shown_with_the_headers_that_keep_it_harmless(acme, carla, as_, document):
    """Edges 29, 30."""
    answer = file_of(as_(carla), acme, document)
    assert b"".join(answer.streaming_content) == make.PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == "inline; filename*=utf-8''%C3%96se%207.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_html_that_poses_as_a_pdf_is_never_shown(acme, carla, as_):
    posing = make.DocumentFactory(company=acme, content=b"<html><script>alert(1)</script>", file_name="harmlos.pdf")
    answer = file_of(as_(carla), acme, posing)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_gone_from_storage_is_a_page_not_a_crash(acme, carla, as_, document, caplog):
    document.file.storage.delete(document.file.name)
    assert file_of(as_(carla), acme, document).status_code == 404
    assert "missing in storage" in caplog.text
    assert document.title not in caplog.text


def test_terms_in_force_and_earlier_ones(acme, carla, as_):
    make.TermsFactory(title="AGB alt", valid_from=dt.date(2020, 1, 1))
    make.TermsFactory(title="AGB neu", valid_from=dt.date(2025, 1, 1))
    make.TermsFactory(title="AGB künftig", valid_from=TOMORROW)
    shown = page(as_(carla), acme, "terms_list")
    assert shown.index("AGB neu") < shown.index("AGB alt")
    assert shown.count("frühere Fassung") == 1
    assert "AGB künftig" not in shown


def test_terms_of_tomorrow_cannot_be_read_by_their_number(acme, carla, as_):
    future = make.TermsFactory(valid_from=TOMORROW)
    assert as_(carla).get(reverse("terms_file", args=[acme.number, future.pk])).status_code == 404


def test_documents_stand_by_year(acme, carla, as_):
    for day in (dt.date(2025, 5, 1), dt.date(2024, 5, 1), dt.date(2024, 3, 1)):
        make.DocumentFactory(company=acme, dated_on=day)
    page = as_(carla).get(reverse("document_list", args=[acme.number])).content.decode()
    assert re.findall(r'<h2 class="log-day" id="year-(\d+)"', page) == ["2025", "2024"]


def test_terms_are_loaded_and_say_when_they_ended(acme, carla, as_):
    make.TermsFactory(valid_from=dt.date(2020, 1, 1), number="A-1")
    newer = make.TermsFactory(valid_from=dt.date(2023, 7, 1), number="A-2")
    page = " ".join(as_(carla).get(reverse("terms_list", args=[acme.number])).content.decode().split())
    assert f"{reverse('terms_file', args=[acme.number, newer.pk])}?download=1" in page
    assert "gültig ab 01.01.2020 bis 30.06.2023" in page
