"""VAT by customer and article. The only place that decides it; the checkout and the papers print what it says.

Sales to businesses of software, rent and services are taxed where the customer sits (§ 3a (2) UStG); admission to a
training where it takes place (§ 3a (3) no. 5 UStG).
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum.eu import vat as eu_vat

from .models import VatCheck

NONE = Decimal("0.0")
HOME = "DE"
# ISO 3166 of the member states; Northern Ireland counts for goods only. Greece writes EL in its VAT ids.
EU = {
    "AT", "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip


@dataclass(frozen=True)
class Treatment:
    """How a customer is taxed. kind: "domestic", "unchecked", "reverse" or "abroad"."""

    kind: str

    @property
    def is_free(self):
        """Whether the seller charges no VAT where the customer's seat decides."""
        return self.kind in ("reverse", "abroad")

    @property
    def reason(self):
        """The sentence the papers must carry, or ""."""
        if self.kind == "reverse":
            return _("Tax liability of the recipient (reverse charge, § 13b UStG, Art. 196 VAT Directive).")
        if self.kind == "abroad":
            return _("Service not taxable in Germany, place of supply is the recipient's seat (§ 3a (2) UStG).")
        if self.kind == "unchecked":
            return _("German VAT is charged, because your VAT id is missing or has not been confirmed yet.")
        return ""

    def rate(self, article):
        """The VAT rate in per cent for an article."""
        return NONE if self.is_free and not article.taxed_here else article.vat_rate


def treatment_of(company):
    """The Treatment of a company today. One query for customers in other EU countries, none for all others."""
    country = str(company.country) or HOME
    if country == HOME:
        return Treatment("domestic")
    if country not in EU:
        return Treatment("abroad")
    checked = is_well_formed(company.vat_id, country) and VatCheck.objects.valid_for(company).exists()
    return Treatment("reverse" if checked else "unchecked")


def is_well_formed(vat_id, country):
    """Whether a VAT id has the form and check digits of that member state."""
    prefix = "EL" if country == "GR" else country
    compact = vat_id.replace(" ", "").upper()
    return compact.startswith(prefix) and eu_vat.is_valid(compact)
