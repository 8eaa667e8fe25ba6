"""Licences and maintenance, along the years and as a list."""

from typing import Any

from accounts.models import Company
from downloads.axis import picture_of
from downloads.holdings import care_of, holding_of, licences_of

from .page import StaffRequest, customer_page, page_of


@customer_page("customer_licences")
def licences(request: StaffRequest, company: Company) -> dict[str, Any]:
    page = page_of(request, licences_of(company))
    for licence in page.rows:
        licence.care = care_of(licence)
    return {"page": page, "picture": picture_of([holding_of(licence) for licence in page.rows])}
