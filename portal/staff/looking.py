"""Looking at the portal as one of a customer's people: read-only, for half an hour, without leaving a trace as theirs.

The session stays that of the member of staff; only what a page asks of is the other person. Whatever such a page would
write - who opened a paper, what was loaded, what was searched in vain - is rolled back.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from access.acting import Actor
from access.looking import MINUTES, begin_look, end_look, why_not_looked_as
from access.models import Membership
from accounts.models import User

KEY = "looking"
LOOK_AS = "accounts.view_as_company"
SAFE = {"GET", "HEAD", "OPTIONS"}
COMPANY = "kunde/<str:number>/"
# The frame's own, with nobody in it.
FRAME = {"brand_css", "health"}
# Below the company, and yet the person's own.
OWN = {"person_edit"}


@dataclass(frozen=True)
class Look:
    """Who is looked as, until when, by whom."""

    membership: Membership
    until: datetime
    staff: User


def begin(request: HttpRequest, target: Membership, reason: str) -> None:
    """From the next page on this session looks as the member. Raises AccessRefused."""
    begin_look(Actor.staff(request.user, target.company_id), target, reason)  # type: ignore[arg-type]
    until = timezone.now() + timedelta(minutes=MINUTES)
    request.session[KEY] = {"member": target.pk, "company": target.company_id, "until": until.isoformat()}


def end(request: HttpRequest) -> HttpResponse:
    """It is over; back to the customer's page."""
    held = request.session.pop(KEY)
    end_look(Actor.staff(request.user, held["company"]), held["member"])  # type: ignore[arg-type]
    return redirect("admin:customer", held["company"])


def look_end(request: HttpRequest) -> HttpResponse:
    """The button of the banner."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return end(request) if KEY in request.session else redirect("admin:index")


class Looking:
    """Sets request.looking (a Look or None), and keeps its rules for every address of the portal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.looking = None  # type: ignore[attr-defined]
        held = request.session.get(KEY)
        if not held:
            return self.get_response(request)
        staff: Any = request.user
        if not (staff.is_authenticated and staff.is_staff and staff.has_perm(LOOK_AS)):
            del request.session[KEY]
            return self.get_response(request)
        if request.path_info == reverse("admin:look_end"):
            return self.get_response(request)
        look = _read(held, staff)
        if look is None:
            messages.info(request, _("You look at the portal as yourself again."))
            return end(request)
        request.looking = look  # type: ignore[attr-defined]
        return self.within(request, look)

    def within(self, request: HttpRequest, look: Look) -> HttpResponse:
        """A page while somebody is looked as."""
        if request.method not in SAFE:
            return _refuse(request, "method")
        if request.path_info.startswith(reverse("admin:index")):
            return self.get_response(request)
        match = _match(request)
        if match is not None and match.url_name == "home":
            return redirect("start", look.membership.company.number)
        if match is not None and match.url_name in FRAME:
            return self.get_response(request)
        if match is not None and not _is_theirs(match, look):
            return _refuse(request, "own")
        with _as(request, look):
            response = self.get_response(request)
            response.headers["Content-Language"] = look.membership.user.language
            return response


@contextmanager
def _as(request: HttpRequest, look: Look) -> Any:
    """The page is the other person's, in their language; nothing it writes stays."""
    before, spoken = request.user, translation.get_language()
    request.user = look.membership.user
    translation.activate(look.membership.user.language)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        request.user = before
        translation.activate(spoken or "de")


def _read(held: dict[str, Any], staff: User) -> Look | None:
    """The look that a session holds, or None when it is over."""
    until = datetime.fromisoformat(held["until"])
    row = Membership.objects.select_related("company", "user").filter(pk=held["member"]).first()
    if row is None or until <= timezone.now() or why_not_looked_as(row):
        return None
    return Look(row, until, staff)


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Where the address leads; None where there is no such page, which is answered as always."""
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _is_theirs(match: ResolverMatch, look: Look) -> bool:
    """Whether it is a page of the company, and not one that belongs to the person alone."""
    inside = match.route.startswith(COMPANY) and match.kwargs.get("number") == look.membership.company.number
    return inside and match.url_name not in OWN


def _refuse(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "portal/looking_refused.html", {"why": why}, status=403)
