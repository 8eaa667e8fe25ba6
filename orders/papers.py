"""The order confirmation: a tagged PDF/A-3 for people with the Order-X message for machines inside."""

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.days import today
from portal.lib.letterhead import legal_line
from portal.lib.pdf import CARRIER, make_pdf
from portal.lib.signs import visible
from portal.lib.tags import money, percent
from portal.lib.units import with_unit

from .models import Order, OrderLine

TEMPLATE = Path(__file__).parent / "confirmation.typ"
# UN/CEFACT 1001: what the message is.
ORDER, RESPONSE = "220", "231"
LEVEL = "basic"
# UN/ECE recommendation 20 for the units that the catalogue knows; anything else counts as pieces.
UNITS = {"Stunde": "HUR", "Stunden": "HUR", "Monat": "MON", "Tag": "DAY", "Jahr": "ANN"}


def confirmation_of(order):
    """The confirmation of an accepted order as PDF bytes, in German, the language of the contract.

    Raises ValueError where the Order-X message would not pass its schema.
    """
    # Half a second to load, which only the worker should spend.
    from facturx import generate_from_binary

    with translation.override("de"):
        paper = make_pdf(TEMPLATE, standards=CARRIER, **_confirmation(order))
        xml = order_x(order, RESPONSE)
        return generate_from_binary(
            paper,
            xml,
            flavor="order-x",
            level=LEVEL,
            orderx_type="order_response",
            check_xsd=True,
            check_schematron=False,
            lang="de-DE",
            pdf_metadata={
                "author": settings.BRAND["seller"],
                "title": f"{_('Order confirmation')} AB-{order.number}",
                "subject": f"{_('Order')} {order.number}",
                "keywords": "Order-X",
            },
        )


def order_x(order, type_code=ORDER):
    """The order, or the seller's answer to it, as an Order-X message (UTF-8 XML). Raises ValueError by its schema."""
    lines = list(order.lines.all())
    if type_code == RESPONSE:
        lines = [line for line in lines if not line.is_declined]
    context = {
        "order": order,
        "number": f"AB-{order.number}" if type_code == RESPONSE else order.number,
        "type_code": type_code,
        # Answered with changes, or as ordered (UN/CEFACT 1225 and 1373 as Order-X uses them).
        "is_response": type_code == RESPONSE,
        "issued_on": today() if type_code == RESPONSE else timezone.localtime(order.placed_at),
        "lines": [(line, UNITS.get(line.unit, "C62")) for line in lines],
        "sums": order.valid_sums if type_code == RESPONSE else order.ordered_sums,
        "seller": settings.BRAND,
    }
    xml = visible(render_to_string("orders/order_x.xml", context)).encode()
    from facturx import xml_check_xsd

    xml_check_xsd(xml, flavor="order-x", level=LEVEL)
    return xml


def pdf_of(order):
    """The order as it was placed, as a tagged PDF in the reader's language."""
    lines = list(order.lines.all())
    title = f"{_('Order')} {order.number}"
    intro = _("Your order as we have received it.")
    return make_pdf(TEMPLATE, **_paper(order, title, intro, lines, order.ordered_sums))


def _confirmation(order):
    lines = list(order.lines.all())
    accepted = [line for line in lines if not line.is_declined]
    declined = [line for line in lines if line.is_declined]
    title = f"{_('Order confirmation')} AB-{order.number}"
    paper = _paper(order, title, _accepts(bool(declined)), accepted, order.valid_sums)
    paper["facts"] = [(_("Number"), f"AB-{order.number}"), (_("Date"), date_format(today(), "d.m.Y")), *paper["facts"]]
    paper["declined"] = [_declined(line) for line in declined]
    paper["closing"] = _closing(order)
    return paper


def _declined(line: OrderLine) -> str:
    return f"{with_unit(line.quantity, line.unit)} {line.name} ({line.article_number}): {line.reason}"


def _accepts(in_part: bool) -> str:
    # What is declined is not covered by "we accept your order" (§ 150 (2) BGB).
    if in_part:
        return _("We accept your order to the following extent. Thank you.")
    return _("We accept your order. Thank you. What it covers:")


def _paper(order, title, intro, lines, sums):
    """What a paper about an order says, in the active language."""
    brand = settings.BRAND
    home = f"{brand['seller_postal_code']} {brand['seller_city']}"
    return {
        "title": title,
        "lang": get_language() or "de",
        "seller": brand["seller"],
        "sender": " · ".join([brand["seller"], brand["seller_street"], home]),
        "legal": legal_line("seller"),
        "footer": " · ".join(filter(None, [brand["phone"], brand["info_mail"], brand["seller_vat_id"]])),
        "color": brand["color"],
        "brand": brand["name"],
        "recipient": order.address.splitlines(),
        "facts": _facts(order),
        "intro": intro,
        "head": [_("Pos."), _("Article"), _("Quantity"), _("Price per unit"), _("VAT"), _("Net")],
        "rows": [_row(line) for line in lines],
        "sums": [
            (_("Sum net"), money(sums.net)),
            *((f"{_('VAT')} {percent(rate)}", money(amount)) for rate, amount in sums.vat),
            (_("Total gross"), money(sums.gross)),
        ],
        "vat_reason": order.vat_reason,
        "declined_title": _("Not accepted"),
        "declined": [],
        "closing": "",
    }


def _facts(order):
    placed = date_format(timezone.localtime(order.placed_at), "d.m.Y")
    facts = [
        (_("Order"), f"{order.number}, {placed}"),
        (_("Customer number"), order.company.number),
        (_("Ordered by"), order.orderer_name),
        (_("Your reference"), order.reference),
        (_("Cost centre"), order.cost_center),
    ]
    return [fact for fact in facts if fact[1]]


def _row(line):
    text = "\n".join(filter(None, [line.name, line.article_number, line.details]))
    quantity = with_unit(line.quantity, line.unit)
    return [str(line.position), text, quantity, money(line.unit_price), percent(line.vat_rate), money(line.net)]


def _closing(order):
    sentences = [_("Programs and licences stand in your customer portal under Downloads. Payment by invoice.")]
    if order.acceptance:
        terms = order.acceptance.terms
        day = date_format(terms.valid_from, "d.m.Y")
        sentences.append(_("Terms: %(title)s, valid from %(day)s.") % {"title": terms.title, "day": day})
    return " ".join(sentences)


def for_paper(pk):
    """An order with everything a paper says."""
    return Order.objects.select_related("company", "acceptance__terms").prefetch_related("lines").get(pk=pk)
