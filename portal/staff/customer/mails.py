"""What was mailed to the customer's mailboxes and people, and what became of it."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from access.models import Membership
from accounts.models import Company
from portal.models import MailHandover

from .page import StaffRequest, customer_page, page_of


@customer_page("customer_mails")
def mails(request: StaffRequest, company: Company) -> dict[str, Any]:
    return {"page": page_of(request, mails_of(company))}


def mails_of(company: Company) -> QuerySet[MailHandover]:
    """Mails to the company's mailboxes and to its people, newest first."""
    people = Membership.objects.filter(company=company).exclude(user__email=None)
    addresses = people.values(mail=Lower("user__email"))
    own = [address.lower() for address in (company.email, company.invoice_email) if address]
    rows = MailHandover.objects.filter(address__in=addresses) | MailHandover.objects.filter(address__in=own)
    return rows.defer("raw").order_by("-at")
