"""The log of accesses with the names that customers do not read."""

from typing import Any

from access.forms import LogForm
from access.log import events_of
from accounts.models import Company

from .page import StaffRequest, customer_page, page_of


@customer_page("customer_log")
def log(request: StaffRequest, company: Company) -> dict[str, Any]:
    form = LogForm(request.GET)
    return {"page": page_of(request, events_of(company, **form.wanted())), "form": form}
