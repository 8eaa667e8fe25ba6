"""One person's page, and what can be done with their access there."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.refusals import told

from ..acting import Actor, SavedMeanwhile
from ..door import company_view
from ..ending import remove, resume, suspend, why_not_removed
from ..forms import MembershipForm
from ..holders import why_no_holder
from ..inviting import send_again
from ..log import events_of
from ..missing import still_there
from ..rights import Right
from ..terms import end_on_friday, renew, set_terms

RECENT = 6


def member(request, pk):
    people = request.company.memberships.select_related("user", "company")
    return still_there(people, "people_list", _("This person no longer has access here."), pk=pk)


@company_view(needs=Right.ACCESS)
def membership_edit(request, pk):
    membership = member(request, pk)
    form = MembershipForm(request.POST or None, membership=membership)
    if form.is_valid():
        with told(request, form):
            if _changed(request, membership, form):
                return redirect("membership_edit", request.company.number, pk)
    return render(request, "access/membership_edit.html", _person(request, membership, form))


def _changed(request, membership, form):
    """Whether it is saved; where somebody was quicker, the form says what is stored now and can be sent once more."""
    try:
        changed = set_terms(
            Actor.member(request.membership), membership, version=form.cleaned_data["version"], **form.terms()
        )
    except SavedMeanwhile as refusal:
        form.compare_with(refusal)
        return False
    messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
    return True


def _person(request, membership, form):
    by = Actor.member(request.membership)
    return {
        "membership": membership,
        "form": form,
        "untouchable": by.why_not_touched(membership),
        "unremovable": why_not_removed(by, membership),
        "may_name": by.leads and not why_no_holder(membership),
        "may_end": by.leads and membership.is_holder and membership != by.membership,
        "events": events_of(request.company, person=membership.user_id)[:RECENT],
    }


def _act(request, act, pk, sentence):
    """Do something with one person and say so, or say why not; back to the page it came from."""
    membership = member(request, pk)
    with told(request):
        answer = act(Actor.member(request.membership), membership)
        messages.success(request, sentence(membership, answer))
    target = "people_list" if request.POST.get("back") == "list" else "membership_edit"
    return redirect(target, request.company.number, *([] if target == "people_list" else [pk]))


@require_POST
@company_view(needs=Right.ACCESS)
def membership_suspend(request, pk):
    return _act(request, suspend, pk, lambda row, _a: _("%(name)s is suspended.") % {"name": row.name})


@require_POST
@company_view(needs=Right.ACCESS)
def membership_resume(request, pk):
    return _act(request, resume, pk, lambda row, _a: _("%(name)s has access again.") % {"name": row.name})


@require_POST
@company_view(needs=Right.ACCESS)
def membership_renew(request, pk):
    until = _("%(name)s has access until %(day)s.")
    return _act(request, renew, pk, lambda row, day: until % {"name": row.name, "day": date_format(day, "d.m.Y")})


@require_POST
@company_view(needs=Right.ACCESS)
def membership_friday(request, pk):
    """Access until the coming Friday, in one click."""
    until = _("%(name)s has access until %(day)s.")
    answer = lambda row, day: until % {"name": row.name, "day": date_format(day, "d.m.Y")}  # noqa: E731
    return _act(request, end_on_friday, pk, answer)


@require_POST
@company_view(needs=Right.ACCESS)
def invitation_resend(request, pk):
    membership = member(request, pk)
    email = {"email": membership.user.email}
    with told(request):
        if send_again(Actor.member(request.membership), membership):
            messages.success(request, _("A new link is on its way to %(email)s.") % email)
        else:
            messages.info(request, _("A link went out to %(email)s a moment ago.") % email)
    return redirect("people_list", request.company.number)


@company_view(needs=Right.ACCESS)
def membership_remove(request, pk):
    """Asks once; then the access ends at once, open sessions included."""
    membership, by = member(request, pk), Actor.member(request.membership)
    if request.method != "POST":
        context = {"membership": membership, "reason": why_not_removed(by, membership)}
        return render(request, "access/membership_remove.html", context | {"back": _back(request.GET)})
    with told(request):
        remove(by, membership)
        messages.success(request, _("%(name)s no longer has access.") % {"name": membership.name})
        if request.company.uses_homecase and membership.accepted_at:
            messages.info(request, _("HOMECASE has a login of its own: please have that ended there too."))
    return redirect(_back(request.POST), request.company.number)


def _back(data):
    """The page to return to: the review, where it was left from there."""
    return "review" if data.get("back") == "review" else "people_list"
