"""The customer's people: state of their logins, and their switches, turned here by the same verbs."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.utils.translation import gettext as _

from access.acting import AccessRefused, Actor
from access.inviting import send_again
from access.models import Membership
from access.people import described, posted, sent_by, switches_of
from access.rights import Right
from access.switches import Change, Wish, save_switches
from accounts.models import Company
from accounts.tries import Wrong, wrong_tries
from portal.lib.forms import SearchField
from portal.lib.refusals import told
from portal.models import MailHandover

from .page import Pages, StaffRequest, back, customer_page, page_of

CHANGE = "access.change_membership"


@dataclass
class Row:
    """A person on the page: the switches, wrong tries, and what became of the last mail."""

    membership: Any
    switches: list[Any]
    wrong: Wrong | None
    mail: MailHandover | None

    @property
    def sent(self) -> str:
        return sent_by(self.membership, self.switches)


@customer_page("customer_people")
def people(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    if request.method == "POST" and request.user.has_perm(CHANGE):
        return save(request, company)
    return shown(request, company)


def shown(request: StaffRequest, company: Company, wishes: dict[int, Wish] | None = None) -> dict[str, Any]:
    words = SearchField().to_python(request.GET.get("q", ""))
    factor = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    found = company.memberships.with_switches().named(words).annotate(has_factor=Exists(factor))
    page = page_of(request, found)
    page.rows = rows_of(Actor.staff(request.user, company.pk), page, wishes or {})
    return {"page": page, "words": words, "rights": list(Right), "may_switch": request.user.has_perm(CHANGE)}


def rows_of(actor: Actor, page: Pages, wishes: dict[int, Wish]) -> list[Row]:
    """Rows of a page of memberships. Two queries: wrong tries and mails of all of them."""
    wrong = wrong_tries([row.user for row in page.rows])
    mails = last_mails([row.user.email for row in page.rows if row.user.email])
    return [
        Row(row, switches_of(actor, row, wishes.get(row.pk)), wrong.get(row.user_id), mails.get(row.user.email or ""))
        for row in page.rows
    ]


def last_mails(addresses: list[str]) -> dict[str, MailHandover]:
    """Address -> the last mail to it."""
    wanted = {address.lower(): address for address in addresses}
    rows = (
        MailHandover.objects.filter(address__in=wanted)
        .order_by("address", "-at")
        .distinct("address")
        .defer("raw", "text")
    )
    return {wanted[row.address]: row for row in rows}


def save(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    try:
        wishes = posted(request.POST)
    except ValueError:
        raise BadRequest from None
    try:
        changes = save_switches(Actor.staff(request.user, company.pk), wishes)
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
        return {**shown(request, company, wishes), "status": refusal.status}
    say(request, changes)
    return back(company, "customer_people")


def say(request: StaffRequest, changes: list[Change]) -> None:
    """What is stored now, in words."""
    for name, on, off in described(changes):
        words = [_("%(rights)s switched on") % {"rights": ", ".join(on)}] if on else []
        words += [_("%(rights)s switched off") % {"rights": ", ".join(off)}] if off else []
        messages.success(request, f"{name}: {'; '.join(words)}.")
    if not changes:
        messages.info(request, _("Nothing was changed."))


@customer_page("customer_people", CHANGE)
def invitation_again(request: StaffRequest, company: Company, membership: int) -> HttpResponse:
    """The invitation once more, for somebody who has not accepted it."""
    row = Membership.objects.filter(company=company, pk=membership).select_related("user", "company").first()
    if request.method == "POST" and row is not None:
        with told(request):
            was_sent = send_again(Actor.staff(request.user, company.pk), row)
            sentence = _("The invitation is on its way to %(email)s.") if was_sent else _("It went out a moment ago.")
            messages.success(request, sentence % {"email": row.user.email})
    return back(company, "customer_people")
