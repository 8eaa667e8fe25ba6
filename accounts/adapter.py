from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.shortcuts import render
from django.utils import translation

from access.door import why_closed


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Never: accounts come from staff, the ERP or an invitation."""
        return False

    def pre_login(self, request, user, **kwargs):
        """Keeps out, after the right password, whom every company keeps out, with a page that says whom to call."""
        if response := super().pre_login(request, user, **kwargs):
            return response
        if reason := closed_everywhere(user):
            raise ImmediateHttpResponse(render(request, "portal/closed.html", {"reason": reason}, status=403))
        return None

    def reauthenticate(self, user, password):
        """By the person's own password: some have neither an address nor a name to log in with."""
        return user.check_password(password)

    def send_mail(self, template_prefix, email, context):
        """In the language of who gets the mail."""
        person = context.get("user")
        with translation.override(getattr(person, "language", None) or translation.get_language()):
            super().send_mail(template_prefix, email, {**context, "brand": settings.BRAND})


def closed_everywhere(user):
    """Why no company lets this person in ("blocked", "suspended", "expired"), or "" when one does or none is there."""
    if user.is_staff:
        return ""
    memberships = user.memberships.exclude(accepted_at=None).select_related("company")
    reasons = [why_closed(membership) for membership in memberships]
    return reasons[0] if reasons and all(reasons) else ""
