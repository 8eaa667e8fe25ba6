"""Which companies get a document: by their numbers, or by what they have."""

from typing import Any

from django.db.models import Exists, OuterRef

from accounts.models import Company

from ..models import Maintenance, Product, Terms

# So many companies in one publication.
MOST = 20_000
NONE = "none"


def choose(
    *,
    product: Product | None = None,
    maintenance: str = "",
    avv: str = "",
    homecase: str = "",
    postal_code: str = "",
) -> list[Company]:
    """Customers whose business goes on and to whom all of this applies, by number.

    maintenance: a Maintenance.Kind that runs, or "none"; avv: "missing" or "valid"; homecase: "yes" or "no".
    """
    rows: Any = Company.objects.filter(ended_on=None, is_blocked=False)
    if product:
        rows = rows.filter(Exists(product.licences.running().filter(company=OuterRef("pk"))))
    if maintenance:
        runs = Maintenance.objects.running().filter(licence__company=OuterRef("pk"))
        kept = Exists(runs if maintenance == NONE else runs.filter(kind=maintenance))
        rows = rows.exclude(kept) if maintenance == NONE else rows.filter(kept)
    if avv:
        missing = Exists(Terms.objects.avv_missing_at(OuterRef(OuterRef("pk"))))
        rows = rows.filter(missing) if avv == "missing" else rows.exclude(missing)
    if homecase:
        rows = rows.filter(uses_homecase=homecase == "yes")
    if postal_code:
        rows = rows.filter(postal_code__startswith=postal_code)
    return list(rows.order_by("number")[: MOST + 1])
