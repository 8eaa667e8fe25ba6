"""The customer's orders, each with what it is about and the way to decide on it."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.models import Company
from orders.models import Order, OrderLine
from portal.lib.forms import SearchField

from .page import StaffRequest, customer_page, page_of

# So many names of lines are read to say what an order is about.
NAMED = 12


def latest(company: Company) -> Any:
    """Orders, newest first, with the names of their lines (names) and whether a confirmation is filed. One query."""
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by("position")
    named = Order.objects.filter(company=company).annotate(names=ArraySubquery(lines.values("name")[:NAMED]))
    return named.with_confirmation().newest_first()


@customer_page("customer_orders")
def orders(request: StaffRequest, company: Company) -> dict[str, Any]:
    words = SearchField().to_python(request.GET.get("q", ""))
    found = latest(company).search(words) if words else latest(company)
    return {"page": page_of(request, found), "words": words}
