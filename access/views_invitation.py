"""The page behind an invitation's link. Opening it changes nothing; mail scanners open links too."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from .door import public_view
from .forms import FirstPasswordForm
from .models import Invitation
from .services import AccessRefused, accept

BACKEND = "accounts.backends.LoginNameBackend"


@public_view
def invitation_accept(request, token):
    invitation = Invitation.find(token)
    if invitation is None or not invitation.is_usable:
        response = render(request, "access/invitation_gone.html", {"invitation": invitation}, status=410)
    elif request.user.is_authenticated and request.user.pk != invitation.membership.user_id:
        response = _somebody_else(request, invitation)
    elif invitation.membership.user.has_usable_password():
        response = _known_person(request, invitation)
    else:
        response = _new_person(request, invitation)
    # The link is a key: it must not travel on to other pages.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


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
    return render(request, "access/invitation_accept.html", {"invitation": invitation})


def _new_person(request, invitation):
    user = invitation.membership.user
    form = FirstPasswordForm(request.POST or None, user=user)
    if not form.is_valid():
        return render(request, "access/invitation_accept.html", {"invitation": invitation, "form": form})
    try:
        with transaction.atomic():
            accept(invitation)
            user.set_password(form.cleaned_data["password"])
            user.save(update_fields=["password"])
            # Whoever opened the link reads this mailbox.
            user.emailaddress_set.get_or_create(email=user.email, defaults={"verified": True, "primary": True})
    except AccessRefused:
        return render(request, "access/invitation_gone.html", {"invitation": invitation}, status=410)
    login(request, user, backend=BACKEND)
    return _welcome(request, invitation)


def _accepted(request, invitation):
    try:
        accept(invitation)
    except AccessRefused:
        return render(request, "access/invitation_gone.html", {"invitation": invitation}, status=410)
    return _welcome(request, invitation)


def _welcome(request, invitation):
    company = invitation.membership.company
    messages.success(request, _("Welcome. You now have access to %(company)s.") % {"company": company.name})
    return redirect("start", company.number)
