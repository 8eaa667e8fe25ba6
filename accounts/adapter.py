import time
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from access.door import closed_everywhere
from portal.lib.letters import written

from .addresses import note_change
from .devices import note_login
from .models import User
from .sessions import public_id_of
from .tries import take_login, take_proof

WRONG = _("The user name or the password is not right.")


class AccountAdapter(DefaultAccountAdapter):
    # One sentence, whatever was wrong and whatever was typed (edge 6).
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "too_many_login_attempts": format_lazy(
            _("Too many tries. Please wait five minutes, set a new password, or call us: {phone}."),
            phone=settings.BRAND["phone"],
        ),
        "too_many_codes": _("Too many tries. Please wait five minutes."),
    }

    def is_open_for_signup(self, request):
        """Never: accounts come from staff, the ERP or an invitation."""
        return False

    def pre_login(self, request, user, **kwargs):
        """Keeps out, after the right password, whom every company keeps out, with a page that says whom to call."""
        if response := super().pre_login(request, user, **kwargs):
            return response
        if reason := closed_everywhere(user):
            return render(request, "portal/closed.html", {"reason": reason}, status=403)
        return None

    def reauthenticate(self, user, password):
        """By the person's own password: some have neither an address nor a name to log in with."""
        taken = take_proof(self.request)
        if taken is None:
            raise self.validation_error("too_many_codes")
        before = user.password
        is_right = user.check_password(password)
        if user.password != before:
            # Stored anew under today's hash; the session that asks goes on.
            update_session_auth_hash(self.request, user)
        if is_right:
            taken.rollback()
        return is_right

    @transaction.atomic
    def confirm_email(self, request, email_address):
        """False for an address that became somebody else's, or was dropped, while its link was on the way."""
        # As it is stored now: allauth saves the whole person, and a password set meanwhile must not be lost.
        email_address.user = User.objects.select_for_update().get(pk=email_address.user_id)
        others = User.objects.with_email(email_address.email).exclude(pk=email_address.user_id)
        # Locked: whoever is about to drop it comes first, or finds it confirmed.
        waiting = EmailAddress.objects.select_for_update().filter(pk=email_address.pk, verified=False)
        if not waiting or others.exists():
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)

    def is_reauthentication_required(self, *, app, **kwargs):
        """For the address a login of the last minutes is proof enough; factors always ask once more."""
        records = get_authentication_records(self.request, self.request.user)
        if app == "allauth.account" and records:
            return time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix, email, context):
        """In the language of who gets the mail."""
        person = context.get("user")
        with translation.override(getattr(person, "language", None) or translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def render_mail(self, template_prefix, email, context, headers=None):
        """Written like every mail of the portal, so that nobody's own text becomes a link in it."""
        subject = render_to_string(f"{template_prefix}_subject.txt", {"brand": settings.BRAND})
        message = written(f"{template_prefix}_message.txt", subject, {**context, "request": None})
        message.to, message.extra_headers = [email] if isinstance(email, str) else email, headers or {}
        return message

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """A change of address is told to the old one, with the link that takes it back."""
        if template_prefix == "account/email/email_changed":
            here = public_id_of(self.request) if self.request.user == user else None
            undo = note_change(user, context["from_email"], context["to_email"], session=here)
            context = {**context, "undo_url": undo}
        super().send_notification_mail(template_prefix, user, context, email)

    def pre_authenticate(self, request, **credentials):
        """Counts the try, by rules that leave the owner a way in (accounts.tries)."""
        name = credentials.get("email") or credentials.get("username") or ""
        self._login_failed_rl_usage = take_login(request, name)
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request, user, **kwargs):
        note_login(request, user, fully=True)
        return super().post_login(request, user, **kwargs)

    def _delete_login_attempts_cached_email(self, request, **credentials):
        """Nothing: a new password forgives by person, not by address (accounts.signals)."""


class FactorAdapter(DefaultMFAAdapter):
    """Second factors under the portal's name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Codes are valid for half a minute."),
        "unverified_email": _("Please confirm your e-mail address first."),
        "add_email_blocked": _("Please confirm your e-mail address first."),
    }

    def get_totp_issuer(self):
        """What the authenticator app shows above the code."""
        return f"{settings.BRAND['name']} {settings.BRAND['portal']}"

    def get_public_key_credential_rp_entity(self):
        """The portal's host, from the settings and not from the request."""
        return {"id": urlsplit(settings.PORTAL_URL).hostname, "name": self.get_totp_issuer()}

    def generate_authenticator_name(self, user, type):
        """ "Passkey 2": counted up until the person names it."""
        count = user.authenticator_set.filter(type=type).count() + 1
        return _("Passkey %(count)d") % {"count": count}
