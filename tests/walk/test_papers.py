"""Every paper is made, whatever signs stand in the texts it shows; what its fonts lack is a box."""

import io
import xml.etree.ElementTree as ET
from decimal import Decimal

import facturx
import pytest
import typst
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from access.acting import Actor
from access.reviews import PAPER, close_review, keep, paper_of, start_review
from contracts.agreement import agreement_of
from contracts.models import Acceptance
from orders import tasks
from orders.papers import ORDER, RESPONSE, confirmation_of, for_paper, order_x, pdf_of
from orders.states import accept
from portal.lib import pdf
from portal.lib.signs import visible
from shop.models import Article

from .. import factories as make
from ..lib.nasty import ALL

MANY = "\u6f22".join(chr(0x4E00 + place) for place in range(200))
TEXTS = [*ALL, MANY, "\n".join(ALL)]
AGREED = "Text der Vereinbarung"


def words_of(paper):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(
        company=acme, ordered_by=ben, number="TSA-77", net=Decimal("499.00"), vat=Decimal("94.81")
    )
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, name="Schulung")
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, name="Beratung", state="declined", position=2)
    return for_paper(order.pk)


def written_with(order, text):
    """The order with a text in each place where people or the ERP write one; not stored, as some cannot be."""
    for name in ("reference", "cost_center", "note", "orderer_name", "address", "vat_reason"):
        setattr(order, name, text)
    for name in ("name", "street", "city", "postal_code", "vat_id"):
        setattr(order.company, name, text)
    for line in order.lines.all():
        line.name = line.details = line.article_number = line.reason = text
    return order


def test_the_papers_of_an_order(order):
    for text in TEXTS:
        order = written_with(order, text)
        confirmation = confirmation_of(order)
        for words in map(words_of, (pdf_of(order), confirmation)):
            assert "TSA-77" in words and "Schulung" not in words, ascii(text)
        name, xml = facturx.get_xml_from_pdf(confirmation)
        assert name == "order-x.xml" and xml, ascii(text)
        for kind in (ORDER, RESPONSE):
            tree = ET.fromstring(order_x(order, kind))
            (reference,) = tree.iterfind(".//{*}BuyerReference")
            assert (reference.text or "") == visible(text)


def test_the_agreement(acme, olga, monkeypatch):
    for text in TEXTS:
        monkeypatch.setattr("contracts.agreement.paragraphs_of", lambda file, text=text: [AGREED, text])
        terms = make.TermsFactory.build(kind="AVV", number=text, title=text)
        acceptance = Acceptance(
            terms=terms, company=acme, user=olga, signer_name=text, signer_function=text, company_name=text,
            accepted_at=timezone.now(), sha256="0" * 64,
        )  # fmt: skip
        assert AGREED in words_of(agreement_of(acceptance)), ascii(text)


def test_the_review_of_access(acme, olga, ben):
    actor = Actor.member(olga.at[acme.number])
    review = start_review(actor)
    for person in review.people.all():
        keep(actor, person)
    review = close_review(actor, review)
    said = paper_of(review)
    for text in TEXTS:
        said |= {"company": text, "rows": [[text] * 4], "lead": [text], "closing": text, "title": f"Prüfung {text}"}
        assert "Prüfung" in words_of(pdf.make_pdf(PAPER, **said)), ascii(text)


def test_an_accepted_order_gets_its_confirmation_whatever_is_written_in_it(acme, ben):
    """Stored as the customer's page takes it, made by the worker."""
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-78", reference="Eilt \U0001f642 \ue000 \ufdfa")
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, name="Schulung \u6f22\u5b57")
    accept(order, by=None)
    tasks.make_confirmation.func(order=str(order.pk))
    with acme.documents.get(number="AB-TSA-78").file.open() as file:
        assert "Eilt \u25a1 \u25a1" in words_of(file.read())


def test_only_the_fonts_that_typst_carries_are_used(order, monkeypatch):
    """A paper looks the same on every machine: a slim image has no fonts of its own."""
    asked, compile_paper = [], typst.compile
    monkeypatch.setattr(typst, "compile", lambda *args, **more: asked.append(more) or compile_paper(*args, **more))
    pdf_of(written_with(order, "Eilt \U0001f642"))
    assert asked and all(more["ignore_system_fonts"] for more in asked)


def test_letters_that_customers_write_are_printed_as_they_are():
    letters = (
        "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x250)]))
        + "ẞ–„“”•…€ Привет Ελλάδα שלום سلام"
    )
    assert pdf.printable(letters) == letters and pdf.can_print("\u25a1") and pdf.can_print("\ufffd")
    assert all(pdf.can_print(sign) for sign in pdf.PUNCTUATION - {"\n"})


@pytest.mark.parametrize(
    "text, shown", [("Eilt \U0001f642", "Eilt \u25a1"), ("\uff11\uff1d", "1="), ("\ue000", "\u25a1")]
)
def test_what_the_fonts_lack_is_a_box_or_its_plain_form(text, shown):
    assert pdf.printable(text) == shown


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=12), max_size=4))
def test_any_text_is_printed(tmp_path_factory, texts):
    template = tmp_path_factory.getbasetemp() / "any.typ"
    template.write_text(
        "#let data = json(bytes(sys.inputs.data))\n#set document(title: data.title)\n"
        "= #data.title\n#for text in data.texts [*#text* \\ #text]"
    )
    pdf.can_print.cache_clear()
    assert pdf.make_pdf(template, title="Papier", texts=texts).startswith(b"%PDF-")
