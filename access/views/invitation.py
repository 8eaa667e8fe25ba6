"""The page behind an invitation's link. Opening it is noted and opens nothing; mail scanners open links too."""

from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.limits import too_many_dead_links

from ..acting import AccessRefused
from ..door import public_view, why_closed
from ..forms import FirstPasswordForm
from ..inviting import accept, contact_of
from ..logins import log_in
from ..models import Invitation


@public_view
def invitation_accept(request, token):
    invitation = Invitation.find(token)
    response = _dead(request, invitation)
    if response is None:
        invitation.note_opened()
        response = _for_whom(request, invitation)
    # The link is a key: its path must not travel on. "no-referrer" would also hide the origin, which the check of
    # forms needs.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _dead(request, invitation):
    """The page that says why a link does not work and what to do, or None."""
    if invitation is None or not invitation.membership.user.is_active:
        return too_many_dead_links(request) or render(
            request, "access/invitation_gone.html", {"invitation": None}, status=404
        )
    if not invitation.is_usable:
        return _gone(request, invitation)
    if invitation.membership.company.is_blocked:
        return render(request, "portal/closed.html", {"reason": "blocked"}, status=403)
    return None


def _gone(request, invitation):
    context = {"invitation": invitation, "contact": contact_of(invitation)}
    return render(request, "access/invitation_gone.html", context, status=410)


def _for_whom(request, invitation):
    person = invitation.membership.user
    if request.user.is_authenticated and request.user.pk != person.pk:
        return _somebody_else(request, invitation)
    if person.has_usable_password():
        return _known_person(request, invitation)
    return _new_person(request, invitation)


def _somebody_else(request, invitation):
    """Logged in as A with B's invitation: ask instead of accepting for A (edge 11)."""
    if request.method == "POST" and request.POST.get("switch"):
        logout(request)
        return redirect(request.path)
    return render(request, "access/invitation_other.html", {"invitation": invitation})


def _known_person(request, invitation):
    """An account exists already: log in as that person, then confirm."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if request.method == "POST":
        return _accepted(request, invitation)
    return render(request, "access/invitation_accept.html", {"invitation": invitation, "inviter": _inviter(invitation)})


def _inviter(invitation):
    """By name, unless it was the vendor."""
    by = invitation.invited_by
    return by.get_full_name() if by and not by.is_staff else ""


def _new_person(request, invitation):
    form = FirstPasswordForm(request.POST or None, user=invitation.membership.user)
    if not form.is_valid():
        return render(
            request,
            "access/invitation_accept.html",
            {"invitation": invitation, "inviter": _inviter(invitation), "form": form},
        )
    return _accepted(request, invitation, form.cleaned_data["password"])


def _accepted(request, invitation, password=None):
    try:
        membership = accept(invitation, password)
    except AccessRefused:
        return _gone(request, invitation)
    company = membership.company
    messages.success(request, _("Welcome. You now have access to %(company)s.") % {"company": company.name})
    target = reverse("start", args=[company.number])
    if request.user.is_authenticated or why_closed(membership):
        return redirect(target)
    return log_in(request, membership.user, target)
