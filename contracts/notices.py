"""Telling all companies of a new sub-processor, batch by batch, as the worker does."""

from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Company
from portal.lib.each import each

from . import mails
from .models import ChangeNotice, SubProcessorChange, Terms

# Companies told in one transaction of the worker.
BATCH = 100


def companies_to_tell(change: SubProcessorChange | int) -> QuerySet[Company]:
    """Companies that hold the AVV in force, are open, and were not told of this change (or its key) yet."""
    told = ChangeNotice.objects.filter(change=change, company=OuterRef("pk"))
    missing = Terms.objects.avv_missing_at(OuterRef(OuterRef("pk")))
    if Terms.objects.current(Terms.Kind.AVV) is None:
        return Company.objects.none()
    customers = Company.objects.filter(is_blocked=False, ended_on=None)
    return customers.exclude(Exists(missing)).exclude(Exists(told)).order_by("pk")


def tell_next(change: int) -> bool:
    """Mail the licence holders of the next companies, each by itself. Returns whether there may be more."""
    with transaction.atomic():
        # Two workers at once: the second waits and finds who has been told.
        row = SubProcessorChange.objects.select_for_update().get(pk=change)
        companies = list(companies_to_tell(row)[:BATCH])
        failed = each(companies, partial(_tell, row))
    return len(companies) == BATCH and len(failed) < BATCH


def _tell(change: SubProcessorChange, company: Company) -> None:
    ChangeNotice.objects.create(change=change, company=company)
    mails.mail_change(change, company)
