"""The customer's documents, to open and to send once more."""

from typing import Any

from accounts.models import Company
from portal.lib.forms import SearchField
from portal.lib.searching import every_word

from .page import StaffRequest, customer_page, page_of


@customer_page("customer_documents")
def documents(request: StaffRequest, company: Company) -> dict[str, Any]:
    words = SearchField().to_python(request.GET.get("q", ""))
    found = company.documents.filter(replaced_by=None, deleted_at=None).newest_first()
    if words:
        found = found.filter(every_word(words, "number", "title"))
    return {"page": page_of(request, found), "words": words}
