"""The customer's documents, to open, and order confirmations to send once more."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.acting import Actor
from accounts.models import Company
from contracts.models import Document
from orders.repeating import confirmation_again
from portal.lib.forms import SearchField
from portal.lib.refusals import told
from portal.lib.searching import every_word
from portal.lib.text import as_uuid

from .page import StaffRequest, back, customer_page, page_of

SEND = "orders.change_order"
# Two presses of the button send one mail.
PAUSE = timedelta(minutes=1)


@customer_page("customer_documents")
def documents(request: StaffRequest, company: Company) -> dict[str, Any]:
    words = SearchField().to_python(request.GET.get("q", ""))
    found = company.documents.filter(replaced_by=None, deleted_at=None).newest_first()
    if words:
        found = found.filter(every_word(words, "number", "title"))
    return {"page": page_of(request, found), "words": words, "may_send": request.user.has_perm(SEND)}


@require_POST
@customer_page("customer_documents", SEND)
def paper_again(request: StaffRequest, company: Company) -> HttpResponse:
    """An order confirmation once more to those who got it the first time."""
    pk = as_uuid(request.POST.get("paper", ""))
    paper = company.documents.filter(pk=pk).first() if pk else None
    if paper is None:
        messages.error(request, _("This document is not there any more."))
    else:
        with told(request), transaction.atomic():
            _send_once(request, company, paper)
    return back(company, "customer_documents")


def _send_once(request: StaffRequest, company: Company, paper: Document) -> None:
    """Two presses at once, or two members of staff, send one mail: the second waits for the company and looks then."""
    actor = Actor.staff(request.user, company.pk).enter()
    if _was_just_sent(paper):
        messages.info(request, _("It went out a moment ago."))
        return
    readers = ", ".join(confirmation_again(actor, paper))
    done = _("%(number)s is on its way again to %(readers)s.") % {"number": paper.number, "readers": readers}
    admin.site.get_model_admin(Document).log_change(request, paper, done)
    messages.success(request, done)


def _was_just_sent(paper: Document) -> bool:
    since = timezone.now() - PAUSE
    of_paper = LogEntry.objects.filter(object_id=str(paper.pk), content_type__model="document")
    return of_paper.filter(action_time__gt=since).exists()
