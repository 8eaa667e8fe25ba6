"""What was mailed about the customer and to its people's logins, and what became of it."""

from typing import Any

from django.db.models import Q, QuerySet

from access.models import Membership
from accounts.models import Company
from portal.models import MailHandover

from .page import StaffRequest, customer_page, page_of


@customer_page("customer_mails")
def mails(request: StaffRequest, company: Company) -> dict[str, Any]:
    return {"page": page_of(request, mails_of(company))}


def mails_of(company: Company) -> QuerySet[MailHandover]:
    """Mails about the company, and about nothing but a login of its people; the newest first, without their words."""
    people = Membership.objects.filter(company=company).values("user")
    wanted = Q(company=company) | Q(company=None, user__in=people)
    return MailHandover.objects.filter(wanted).defer("raw", "text").order_by("-made_at")
