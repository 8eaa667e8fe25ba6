"""What is done to a customer as a whole: blocked, opened again."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from access.acting import Actor
from accounts.company import set_blocked
from accounts.models import Company

from .page import StaffRequest, back, customer_page


@customer_page("customer", "accounts.change_company")
def block(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    """Asks first: everybody at the customer is out with the next click, and is told by mail."""
    if request.method != "POST":
        return {"people": company.memberships.open().count()}
    is_blocked = request.POST.get("to") == "blocked"
    done = _("Blocked.") if is_blocked else _("Opened again.")
    with transaction.atomic():
        if set_blocked(Actor.staff(request.user, company.pk), is_blocked):
            admin.site.get_model_admin(Company).log_change(request, company, done)
            messages.success(request, done)
    return back(company)
