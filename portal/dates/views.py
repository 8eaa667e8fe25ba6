"""The dates of a company as a page, the private address for calendars, and what stands behind it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.door import company_view, public_view, rights_of
from accounts.calendars import end_calendar_address, make_calendar_address, may_read, membership_behind

from .entries import entries_of
from .feed import feed_of


@company_view
def date_list(request):
    return show(request)


@require_POST
@company_view
def calendar_make(request):
    """Shows the new address, this once: what is kept of it is a hash."""
    token = make_calendar_address(request.membership)
    return show(request, settings.PORTAL_URL + reverse("calendar_feed", args=[token]))


@require_POST
@company_view
def calendar_end(request):
    end_calendar_address(request.membership)
    messages.success(request, _("The address no longer works. Calendars that read it stay as they are."))
    return redirect("date_list", request.company.number)


def show(request, address=""):
    entries = entries_of(request.membership, request.rights)
    made = request.user.calendar_addresses.filter(company=request.company).first()
    coming = [entry for entry in entries if not entry.is_over]
    context = {"entries": coming, "made": made, "address": address, "webcal": address.partition(":")[2]}
    return render(request, "portal/date_list.html", context)


@require_safe
@public_view
def calendar_feed(request, token):
    """iCalendar for who has the address, with what its person may see at this moment."""
    if not may_read(request):
        return too_many()
    membership = membership_behind(token)
    if membership is None:
        raise Http404
    if not may_read(request, token):
        return too_many()
    with translation.override(membership.user.language):
        content = feed_of(membership.company, entries_of(membership, rights_of(membership)))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="termine.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def too_many():
    return HttpResponse(status=429, headers={"Retry-After": "3600"})
