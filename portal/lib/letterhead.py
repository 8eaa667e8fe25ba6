"""What German law wants on every letter of a firm: its name, seat, register and managing directors."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _


def legal_line(party: str) -> str:
    """Those details in one line, in the active language (§ 35a GmbHG, § 37a HGB).

    party: "vendor" or "seller". What the settings do not know is left out; the deploy check names it.
    """
    brand = settings.BRAND
    seat, directors = brand[f"{party}_seat"], brand[f"{party}_directors"]
    register = f"{brand[f'{party}_court']} {brand[f'{party}_register']}".strip()
    seat = _("Seat: %(town)s") % {"town": seat} if seat else ""
    directors = _("Managing directors: %(names)s") % {"names": directors} if directors else ""
    return " · ".join(filter(None, [brand[party], seat, register, directors]))


def head_of(party: str, *, is_kept: bool = False) -> dict[str, str]:
    """What portal/lib/letter.typ prints around every paper of "vendor" or "seller", in the active language.

    is_kept: the paper's hash is stored, so its foot says where anybody can check it.
    """
    brand = settings.BRAND
    home = f"{brand.get(f'{party}_postal_code', '')} {brand.get(f'{party}_city', '')}".strip()
    return {
        "firm": brand[party],
        "brand": brand["name"],
        "color": brand["color"],
        "lang": get_language() or "de",
        # The line in the window of the envelope, as far as the settings know where the firm lives.
        "sender": " · ".join(filter(None, [brand[party], brand.get(f"{party}_street"), home])),
        "contact": " · ".join(filter(None, [brand["phone"], brand["info_mail"], brand.get(f"{party}_vat_id")])),
        "legal": legal_line(party),
        "check": check_line() if is_kept else "",
        "page": pgettext("paper", "Page"),
        "of": pgettext("paper", "of"),
    }


def check_line() -> str:
    """Where whoever holds a paper of the portal can check it, in the active language."""
    address = settings.PORTAL_URL + reverse("authenticity")
    return _("Whether this file is genuine and unchanged: %(address)s") % {"address": address}


def missing_details() -> list[str]:
    """The settings that have to be filled before a letter may leave, such as BRAND_VENDOR_COURT."""
    parties, details = ("vendor", "seller"), ("seat", "court", "register", "directors")
    names = [f"{party}_{detail}" for party in parties for detail in details]
    return [f"BRAND_{name.upper()}" for name in names if not settings.BRAND[name]]
