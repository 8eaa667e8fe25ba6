"""The XML of an invoice: where it stands, what it says, and whether that is right (EN 16931)."""

import datetime as dt
import io
import logging
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from portal.lib.plain import defuse
from portal.lib.signs import visible

from ..models import ElectronicInvoice

# What it warns of is no trouble of the portal's: a paper without XML, or one whose faults are stored and shown.
logging.getLogger("factur-x").setLevel(logging.CRITICAL)

Fault = ElectronicInvoice.Fault
Form = ElectronicInvoice.Form

# More than any invoice needs; a file that unpacks to more is none.
MOST_BYTES = 5 * 1024 * 1024
CENT = Decimal("0.01")
# Sums beyond this are no invoice of ours, and would not fit their column.
MOST = Decimal("999999999999.99")
# Each line of a rate is rounded by itself (EN 16931, BR-CO-17 allows for it).
ROUNDING = Decimal("0.02")


@dataclass
class Read:
    """What an invoice says: euro; None where it says nothing. faults: of ElectronicInvoice.Fault."""

    form: str = Form.NONE
    level: str = ""
    faults: list[str] = field(default_factory=list)
    details: str = ""
    number: str = ""
    issued_on: dt.date | None = None
    due_on: dt.date | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    due: Decimal | None = None
    xml: bytes = b""


def read_invoice(content: bytes) -> Read:
    """What the bytes of a paper say to machines: the XML inside a PDF, or the bytes themselves where they are XML."""
    form, xml = _xml_of(content)
    if not form:
        return Read()
    read = Read(form=form, xml=xml)
    if not xml or len(xml) > MOST_BYTES:
        read.xml, read.faults = b"", [Fault.UNREADABLE]
        return read
    return _understood(read)


def _xml_of(content: bytes) -> tuple[str, bytes]:
    if content.startswith(b"%PDF-"):
        xml = _inside(content)
        return (Form.INSIDE, xml) if xml is not None else (Form.NONE, b"")
    beginning = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return (Form.ALONE, content) if beginning.startswith(b"<") else (Form.NONE, b"")


# Names under which the standards put the XML into a PDF.
NAMES = {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "cii.xml"}


def _inside(content: bytes) -> bytes | None:
    """The invoice in a PDF; b"" for one that is there but unreadable; None where there is none."""
    from facturx import get_xml_from_pdf
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        _name, xml = get_xml_from_pdf(content, check_xsd=False)
        if xml:
            return xml if not _is_order(xml) else None
        names = {name.lower() for name in PdfReader(io.BytesIO(content)).attachments}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        # Whether the paper can be read at all is looked at where it is filed.
        return None
    return b"" if names & NAMES else None


def _is_order(xml: bytes) -> bool:
    """An order confirmation carries Order-X, which is no invoice."""
    return b"SCRDMCCBDACIOMessageStructure" in xml[:2000]


def _understood(read: Read) -> Read:
    """The same with what its XML says, and with its faults."""
    from facturx import get_flavor, get_level, xml_check_xsd
    from facturx.parse_xml import parse_ubl_cii_xml
    from lxml import etree

    # What a stranger wrote may name files and addresses; nothing is fetched, and nothing unfolds.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(read.xml, parser)
        if tree.getroottree().docinfo.doctype:
            raise ValueError("a document type is no part of an invoice")
        flavor = get_flavor(tree)
        read.level = f"{flavor} {get_level(tree, flavor)}"[:80]
        # Of ZUGFeRD 1 only the schema is known; its figures stand on the paper.
        terms = {} if flavor == "zugferd" else parse_ubl_cii_xml(tree, flavor=flavor, check_xsd=False)
    # The library raises plain Exception for what it does not know.
    except Exception as error:
        read.faults, read.details = [Fault.UNREADABLE], _one_line(error)
        return read
    try:
        xml_check_xsd(tree, flavor=flavor)
    except Exception as error:
        read.faults, read.details = [Fault.SCHEMA], _one_line(error)
    _take_over(read, terms)
    if terms and not read.faults:
        read.faults = faults_of(terms)
    return read


def _one_line(error: Exception) -> str:
    return defuse(str(error))[:500]


def _take_over(read: Read, terms: dict[str, Any]) -> None:
    read.number = " ".join(visible(str(terms.get("BT-1") or "")).split())[:100]
    read.issued_on, read.due_on = _day(terms.get("BT-2")), _day(terms.get("BT-9"))
    read.net, read.tax = _euro(terms.get("BT-109")), _euro(terms.get("BT-110"))
    read.gross, read.due = _euro(terms.get("BT-112")), _euro(terms.get("BT-115"))


def _day(value: Any) -> dt.date | None:
    return value.date() if isinstance(value, dt.datetime) else value if isinstance(value, dt.date) else None


def _euro(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return amount if abs(amount) <= MOST else None


def faults_of(terms: dict[str, Any]) -> list[str]:
    """What does not add up in an invoice's business terms (EN 16931, BR-CO-10 to BR-CO-17), or []."""
    sums = {name: _euro(terms.get(name)) or Decimal(0) for name in SUMS}
    lines, rates = terms.get("BG-25") or [], terms.get("BG-23") or []
    right = {
        Fault.CURRENCY: terms.get("BT-5") == "EUR",
        # The shorter levels have no lines, and no sum of them.
        Fault.LINES: not lines or sums["BT-106"] == _total(lines, "BT-131"),
        Fault.NET: not lines or sums["BT-109"] == sums["BT-106"] - sums["BT-107"] + sums["BT-108"],
        Fault.TAX: not rates or sums["BT-110"] == _total(rates, "BT-117"),
        Fault.RATE: all(_is_part(rate, len(lines)) for rate in rates),
        Fault.GROSS: sums["BT-112"] == sums["BT-109"] + sums["BT-110"],
        Fault.DUE: sums["BT-115"] == sums["BT-112"] - sums["BT-113"] + sums["BT-114"],
    }
    return [fault for fault, is_right in right.items() if not is_right]


SUMS = ["BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113", "BT-114", "BT-115"]


def _total(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((_euro(row.get(name)) or Decimal(0) for row in rows), Decimal(0))


def _is_part(rate: dict[str, Any], lines: int) -> bool:
    base, tax, percent = (_euro(rate.get(name)) or Decimal(0) for name in ("BT-116", "BT-117", "BT-119"))
    return abs(base * percent / 100 - tax) <= max(ROUNDING, CENT * lines)
