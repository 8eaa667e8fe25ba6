"""What the customer's people have loaded, and the passes they gave to technicians."""

from typing import Any

from accounts.models import Company

from .page import StaffRequest, customer_page, page_of

PASSES = 10


@customer_page("customer_downloads")
def downloads(request: StaffRequest, company: Company) -> dict[str, Any]:
    passes: list[Any] = []
    if request.user.has_perm("downloads.view_downloadpass"):
        passes = list(company.download_passes.with_names().with_loaded()[:PASSES])
    return {"page": page_of(request, company.downloads.with_names()), "passes": passes}
