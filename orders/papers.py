"""The order confirmation: a tagged PDF/A-3 for people with the Order-X message for machines inside."""

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.days import today
from portal.lib.letterhead import head_of
from portal.lib.pdf import CARRIER, make_pdf
from portal.lib.signs import visible
from portal.lib.tags import money, percent

from .models import Order, OrderLine
from .said import totals_of

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
    """The order, or the seller's answer to it, as an Order-X message (UTF-8 XML). Raises ValueError by its schema.

    The sums of an answer are those of the lines that stand.
    """
    is_response = type_code == RESPONSE
    context = {
        "order": order,
        "number": f"AB-{order.number}" if is_response else order.number,
        "type_code": type_code,
        # Answered with changes, or as ordered (UN/CEFACT 1225 and 1373 as Order-X uses them).
        "is_response": is_response,
        "issued_on": today() if is_response else timezone.localtime(order.placed_at),
        # The answer names the declined lines too, with the quantity asked for and none agreed. That of a rent is seats.
        "lines": [(line, _unit(line), is_response and line.is_declined) for line in order.lines.all()],
        "sums": order.valid_sums if is_response else order.ordered_sums,
        "seller": settings.BRAND,
    }
    xml = visible(render_to_string("orders/order_x.xml", context)).encode()
    from facturx import xml_check_xsd

    xml_check_xsd(xml, flavor="order-x", level=LEVEL)
    return xml


def pdf_of(order):
    """The order as a tagged PDF in the reader's language: as it was placed, and what became less of it beside that."""
    standing, declined = _parted(order)
    intro = _("Your order as we have received it.")
    paper = _paper(order, f"{_('Order')} {order.number}", intro, standing, order.valid_sums)
    return make_pdf(TEMPLATE, **{**paper, "declined": [_declined(line) for line in declined]})


def _parted(order):
    """(lines that stand, lines that were declined)."""
    lines = list(order.lines.all())
    return [line for line in lines if not line.is_declined], [line for line in lines if line.is_declined]


def _unit(line):
    """UN/ECE code of what the quantity counts; that of a rent is seats, whatever its price is for."""
    return "C62" if line.months else UNITS.get(line.unit, "C62")


def _declined(line: OrderLine) -> str:
    return f"{line.how_much} {line.name} ({line.article_number}), {money(line.net)}: {line.reason}"


def _confirmation(order):
    accepted, declined = _parted(order)
    title = f"{_('Order confirmation')} AB-{order.number}"
    paper = _paper(order, title, _accepted_how(order), accepted, order.valid_sums)
    paper["facts"] = [(_("Number"), f"AB-{order.number}"), (_("Date"), date_format(today(), "d.m.Y")), *paper["facts"]]
    paper["declined"] = [_declined(line) for line in declined]
    paper["closing"] = _closing(order)
    # The order itself is made anew at each loading and has no hash that is kept.
    paper["head"] = head_of("seller", is_kept=True)
    return paper


def _accepted_how(order):
    """How the contract came about: as ordered, by the customer's yes to a part, or in part by the terms."""
    if order.was_offered:
        return _("You have accepted what we can deliver of your order. Thank you. What it covers:")
    if order.was_taken_in_part:
        return _("We accept your order in part, as our terms provide. Thank you. What it covers:")
    if order.has_declined:
        # What is declined is not covered by "we accept your order" (§ 150 (2) BGB).
        return _("We accept your order to the following extent. Thank you.")
    return _("We accept your order. Thank you. What it covers:")


def _paper(order, title, intro, lines, sums):
    """What a paper about an order says, in the active language."""
    return {
        "head": head_of("seller"),
        "title": title,
        "recipient": order.address.splitlines(),
        "facts": _facts(order),
        "intro": intro,
        "columns": [_("Pos."), _("Article"), _("Quantity"), _("Price per unit"), _("VAT"), _("Net")],
        "rows": [_row(line) for line in lines],
        "sums": totals_of(sums),
        "ordered": _ordered(order) if sums.net != order.ordered_sums.net else "",
        "vat_reason": order.vat_reason,
        "declined_title": _("Not accepted"),
        "declined": [],
        "closing": "",
    }


def _ordered(order):
    sums = order.ordered_sums
    return _("As ordered: %(net)s net, %(gross)s gross") % {"net": money(sums.net), "gross": money(sums.gross)}


def _facts(order):
    placed = date_format(timezone.localtime(order.placed_at), "d.m.Y")
    facts = [
        (_("Order"), f"{order.number}, {placed}"),
        (_("Customer number"), order.company.number),
        (_("Ordered by"), order.orderer_told),
        (_("Your reference"), order.reference),
        (_("Cost centre"), order.cost_center),
    ]
    return [fact for fact in facts if fact[1]]


def _row(line):
    text = "\n".join(filter(None, [line.name, line.article_number, line.details]))
    price = " ".join(filter(None, [money(line.unit_price), line.per]))
    return [str(line.position), text, line.how_much, price, percent(line.vat_rate), money(line.net)]


def _closing(order):
    sentences = [_("Payment by invoice.")]
    if order.has_given:
        sentences.insert(0, _("You find programs and licences in your customer portal under “Downloads”."))
    if waiting := order.waiting_lines:
        told = "; ".join(f"{line.name}: {line.get_waits_for_display()}" for line in waiting)
        sentences.append(_("Still to come from us: %(lines)s.") % {"lines": told})
    if order.acceptance:
        terms = order.acceptance.terms
        day = date_format(terms.valid_from, "d.m.Y")
        sentences.append(_("Terms: %(title)s, valid from %(day)s.") % {"title": terms.title, "day": day})
    return " ".join(sentences)


def for_paper(pk, *, locked=False):
    """An order with everything a paper says; locked: held until the transaction ends."""
    rows = Order.objects.select_for_update(of=["self"]) if locked else Order.objects
    return rows.select_related("company", "acceptance__terms").prefetch_related("lines", "events").get(pk=pk)
