"""Papers in one hand: letterhead, recipient, title, totals under their column, foot; tagged, their German as read."""

import io
import re

import pytest
from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader

from access.reviews import PAPER, close_review, keep, paper_of, start_review
from contracts.agreement import agreement_of
from contracts.models import Acceptance
from orders.papers import confirmation_of, for_paper, pdf_of
from portal.lib.pdf import make_pdf

from .. import factories as make
from ..mail.every import Cast

BRAND = settings.BRAND


@pytest.fixture
def cast(acme, olga, ben):
    return Cast(acme, olga, ben)


def order_paper(cast, paper):
    order = cast.partly("partly")
    order.address = "\n".join(cast.company.address_lines)
    order.save()
    return paper(for_paper(order.pk))


def review_paper(cast):
    actor = cast.by
    review = start_review(actor)
    for person in review.people.all():
        keep(actor, person)
    return make_pdf(PAPER, **paper_of(close_review(actor, review)))


def agreement_paper(cast, monkeypatch):
    monkeypatch.setattr("contracts.agreement.paragraphs_of", lambda file: ["Daten nur auf Weisung. " * 90] * 6)
    acceptance = Acceptance(
        terms=make.TermsFactory.build(kind="AVV", number="AVV-3", title="Vereinbarung zur Auftragsverarbeitung"),
        company=cast.company, user=cast.petra, signer_name="Petra Sonntag", signer_function="Geschäftsführerin",
        company_name=cast.company.name, accepted_at=timezone.now(), sha256="0" * 64,
    )  # fmt: skip
    return agreement_of(acceptance)


@pytest.fixture(params=["order", "confirmation", "review", "agreement"])
def paper(request, cast, monkeypatch):
    """(name, the paper read)."""
    make_one = {
        "order": lambda: order_paper(cast, pdf_of),
        "confirmation": lambda: order_paper(cast, confirmation_of),
        "review": lambda: review_paper(cast),
        "agreement": lambda: agreement_paper(cast, monkeypatch),
    }
    return request.param, PdfReader(io.BytesIO(make_one[request.param]()))


TITLES = {
    "order": "Bestellung TSA-10002",
    "confirmation": "Auftragsbestätigung AB-TSA-10002",
    "review": "Prüfung der Zugänge, ",
    "agreement": "Vereinbarung zur Auftragsverarbeitung",
}


def test_a_paper_is_a_letter_of_the_firm(paper):
    name, reader = paper
    firm = BRAND["seller"] if name in {"order", "confirmation"} else BRAND["vendor"]
    first = reader.pages[0].extract_text()
    title = reader.metadata.title
    assert title.startswith(TITLES[name]) and title in first.splitlines() and reader.metadata.author == firm
    above = first[: first.index(f"\n{title}\n")]
    assert BRAND["name"] in above and firm in above, "the letterhead"
    for place, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert f"Seite {place} von {len(reader.pages)}" in text
        assert "Amtsgericht Musterstadt HRB 0" in text and BRAND["phone"] in text
    assert len(reader.pages) > 1 or name != "agreement"


def test_a_paper_is_tagged_and_says_its_language(paper):
    _name, reader = paper
    root = reader.trailer["/Root"]
    assert root["/Lang"] in {"de", "de-DE"}
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    fonts = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert all("NotoSans" in font for font in fonts), "the portal's sans, for all that Germans write"


def test_no_english_stands_on_a_paper(paper):
    _name, reader = paper
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert not re.search(r"\b(?:Page|of|the|Order|Net|Customer|Date|Person and|by)\b|%\(", text), text


@pytest.mark.parametrize("made", [pdf_of, confirmation_of])
def test_what_an_order_s_paper_says(cast, made):
    text = " ".join(PdfReader(io.BytesIO(order_paper(cast, made))).pages[0].extract_text().split())
    head = "TSA Solution GmbH · Otto-Hahn-Straße 4 · 85521 Ottobrunn Hausverwaltung Sonnenhof GmbH Lindenallee 1"
    assert head in text, "the line of the sender, then who it is for"
    for said in (
        "Kundennummer 12345",
        "Bestellt von Ben Bauer",
        "Ihr Bestellzeichen WEG Lindenallee",
        "1 Zusatzmodul Nebenkostenabrechnung TSA-K10014 1 Stück 499,00 € 19 % 499,00 €",
        "3 Schulung Nebenkosten TSA-S1 14.12.2026 09:00, Ottobrunn Anna Arndt 1 Platz 200,00 € 19 % 200,00 €",
        "Summe netto 699,00 € MwSt. 19 % 132,81 € Gesamt brutto 831,81 €",
        "Bestellt: 1.074,00 € netto, 1.278,06 € brutto",
        "Nicht angenommen • 3 Stunden Einrichtung (TSA-S2), 375,00 €: Kein Termin frei.",
    ):
        assert said in text, said


def test_totals_stand_under_their_column(cast):
    """Every amount ends where the column of net amounts ends."""
    page = PdfReader(io.BytesIO(order_paper(cast, pdf_of))).pages[0]
    text = page.extract_text(extraction_mode="layout")
    ends = {
        line.rstrip().rfind("€")
        for line in text.splitlines()
        if re.search(r"499,00 €$|200,00 €$|699,00 €$|132,81 €$|831,81 €$", line.replace("\xa0", " ").rstrip())
    }
    assert max(ends) - min(ends) <= 1, text
