"""Invoices as a vendor's ERP writes them, made by the library of somebody else."""

import datetime as dt
from copy import deepcopy

from facturx import generate_from_binary
from facturx.generate_xml import generate_cii_xml, generate_ubl_xml

ADDRESS = {"country_code": "DE", "city": "Dresden", "postcode": "01067", "addr_l1": "Postplatz 1"}
# EN 16931: two lines at 19 %, euro.
TERMS = {
    "BT-1": "RE-7", "BT-2": dt.date(2026, 11, 3), "BT-3": "380", "BT-5": "EUR", "BT-9": dt.date(2026, 11, 17),
    "BT-10": "12345", "BT-72": dt.date(2026, 11, 2),
    "BG-4": {"name": "TSA Solution GmbH", "vat_identifier": "DE123456789", **ADDRESS},
    "BG-7": {"name": "Hausverwaltung Sonnenhof GmbH", **ADDRESS},
    "BG-23": [{"BT-116": "150.00", "BT-117": "28.50", "BT-118": "S", "BT-119": "19.00"}],
    "BG-25": [
        {"BT-126": "1", "BT-129": "1", "BT-130": "C62", "BT-131": "100.00", "BT-146": "100.00", "BT-151": "S",
         "BT-152": "19.00", "BT-153": "Mahnwesen"},
        {"BT-126": "2", "BT-129": "2", "BT-130": "HUR", "BT-131": "50.00", "BT-146": "25.00", "BT-151": "S",
         "BT-152": "19.00", "BT-153": "Schulung"},
    ],
    "BT-106": "150.00", "BT-109": "150.00", "BT-110": "28.50", "BT-112": "178.50", "BT-115": "178.50",
}  # fmt: skip


def terms(**changes):
    """The business terms of an invoice that is right; "BT_106" stands for BT-106."""
    return deepcopy(TERMS) | {name.replace("_", "-"): value for name, value in changes.items()}


def cii(**changes):
    """An XML in the syntax of ZUGFeRD, Factur-X and XRechnung (CII)."""
    return generate_cii_xml(terms(**changes), level="en16931", check_schematron=False)


def ubl(**changes):
    """An XRechnung in the syntax of UBL."""
    return generate_ubl_xml(terms(**changes), level="en16931", check_schematron=False)


def zugferd(paper, **changes):
    """A PDF with the XML inside. paper: the bytes of a PDF."""
    return generate_from_binary(paper, cii(**changes), flavor="factur-x", check_schematron=False)
