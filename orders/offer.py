"""What the checkout shows: each line with all that is said of it, the sums, the address, the terms.

An order is exactly what was on screen. So the page carries it along, sealed, and gets it back with the button; what is
different by then is said line by line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.tags import money, percent
from shop.rent import duration

if TYPE_CHECKING:
    from accounts.models import Company
    from contracts.models import Terms
    from shop.cart import CartView, Line

SALT = "orders.offer"


@dataclass(frozen=True)
class Offer:
    """lines: id of the cart line -> what is said of it; whole: what is said of the order. All of it as text."""

    lines: dict[str, dict[str, str]]
    whole: dict[str, str]

    @classmethod
    def of(cls, cart: "CartView", company: "Company", terms: "Terms | None", *, is_put_before: bool = False) -> "Offer":
        """What is on offer for a cart (shop.cart.CartView) now; terms: those of the shop in force, or None.

        is_put_before: somebody else has to approve it, so that the button does not order yet.
        """
        sums = cart.sums
        whole = {
            "address": "\n".join(company.address_lines),
            "net": str(sums.net),
            "gross": str(sums.gross),
            "monthly": str(sums.monthly),
            "vat": "; ".join(f"{rate}: {amount}" for rate, amount in sums.vat),
            "vat_reason": cart.vat_reason,
            "terms": f"{terms.pk} {terms.sha256}" if terms else "",
            "approval": "needed" if is_put_before else "",
        }
        return cls({str(line.row.pk): _facts(line) for line in cart.lines}, whole)

    def sealed(self) -> str:
        """For a hidden field; nobody but the portal can write one."""
        return signing.dumps([self.lines, self.whole], salt=SALT, compress=True)

    @classmethod
    def opened(cls, text: str) -> "Offer | None":
        """The offer behind a sealed text, or None where the portal did not write it."""
        try:
            return cls(*signing.loads(text, salt=SALT))
        except signing.BadSignature:
            return None

    def has_same_terms(self, other: "Offer") -> bool:
        return self.whole["terms"] == other.whole["terms"]


def _facts(line: "Line") -> dict[str, str]:
    date = line.row.date
    return {
        "article": str(line.article.pk),
        "name": line.article.name,
        "number": line.article.number,
        "quantity": str(line.quantity),
        "unit": line.article.unit,
        "kind": line.article.kind,
        "months": str(line.months or ""),
        "price": str(line.price),
        "vat": str(line.vat_rate),
        "net": str(line.net),
        "date_id": str(date.pk) if date else "",
        "date": date.starts_at.isoformat() if date else "",
        "place": date.place if date else "",
        "people": ", ".join(line.participants),
        "fits": "yes" if line.fits else "",
        "problem": line.problem,
    }


def _day(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "d.m.Y H:i")


def _duration(text: str) -> str:
    return duration(int(text))


def _money(text: str) -> str:
    return money(Decimal(text))


def _percent(text: str) -> str:
    return percent(Decimal(text))


def _labels() -> dict[str, tuple[str, Any]]:
    """What a person reads of a line: fact -> (its name, how it is written)."""
    return {
        "name": (_("Article"), str),
        "number": (_("Number"), str),
        "quantity": (_("Quantity"), str),
        "unit": (pgettext("of an article", "Unit"), str),
        "months": (_("Duration"), _duration),
        "price": (_("Price per unit"), _money),
        "vat": (_("VAT"), _percent),
        "date": (_("Date"), _day),
        "place": (_("Place"), str),
        "people": (_("Participants"), str),
    }


def changes(shown: Offer, now: Offer) -> list[str]:
    """A sentence for each thing that is different from what was shown, and for each line that cannot be ordered."""
    told = [sentence for key, facts in now.lines.items() for sentence in _of_line(shown.lines.get(key), facts)]
    gone = [facts["name"] for key, facts in shown.lines.items() if key not in now.lines]
    told += [_("“%(name)s” is no longer in your cart.") % {"name": name} for name in gone]
    return told + _of_whole(shown.whole, now.whole)


def _of_line(was: dict[str, str] | None, now: dict[str, str]) -> list[str]:
    name = {"name": now["name"], "problem": now["problem"]}
    if now["problem"] and not now["fits"]:
        return [_("“%(name)s” can no longer be ordered by your company: %(problem)s") % name]
    if now["problem"]:
        return [_("“%(name)s” %(problem)s") % name]
    if was is None:
        return [_("“%(name)s” has come into your cart.") % name]
    if was["problem"]:
        return [_("“%(name)s” can be ordered again.") % name]
    return [
        _instead(_("“%(name)s”, %(what)s") % {"name": now["name"], "what": label}, was.get(key, ""), now[key], write)
        for key, (label, write) in _labels().items()
        # A page that was shown before an update may lack what is said since.
        if was.get(key, "") != now[key]
    ]


def _instead(what: str, was: str, now: str, write: Callable[[str], str] = str) -> str:
    old, new = (write(text) if text else "–" for text in (was, now))
    return _("%(what)s: %(new)s instead of %(old)s") % {"what": what, "new": new, "old": old}


def _of_whole(was: dict[str, str], now: dict[str, str]) -> list[str]:
    told = []
    if was["address"] != now["address"]:
        told.append(_("The address is now: %(address)s") % {"address": ", ".join(now["address"].splitlines())})
    if was["vat_reason"] != now["vat_reason"]:
        told.append(now["vat_reason"] or _("VAT is charged as usual."))
    if was["gross"] != now["gross"]:
        told.append(_instead(_("Total gross"), was["gross"], now["gross"], _money))
    # A page that was shown before an update says nothing of it.
    if was.get("approval", "") != now["approval"]:
        told.append(
            _("This order needs an approval now.") if now["approval"] else _("This order needs no approval any more.")
        )
    if was["terms"] != now["terms"]:
        told.append(_("There is a new version of the terms. Please read it and accept it again."))
    return told
