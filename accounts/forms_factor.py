"""Forms of the second factor: allauth's, with our limits on wrong codes and codes that count once."""

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm

from .factors import factor_of, step_of
from .tries import take_code


class _CodeForm:
    def clean_code(self) -> str:
        taken = take_code(context.request, self.user)
        if taken is None:
            raise get_account_adapter().validation_error("too_many_codes")
        self.authenticator = factor_of(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            self._tell_failed()
            raise get_adapter().validation_error("incorrect_code")
        taken.rollback()
        return self.cleaned_data["code"]

    def _tell_failed(self) -> None:
        """allauth mails nobody for a wrong code, but whoever listens is told, of the app before the recovery codes."""
        by_codes = self.user.authenticator_set.exclude(type=Authenticator.Type.WEBAUTHN)
        if main := by_codes.order_by("-type").first():
            self._emit_authentication_failed(main)


class AuthenticateForm(_CodeForm, allauth_forms.AuthenticateForm):
    """The second step of the login."""


class ReauthenticateForm(_CodeForm, allauth_forms.ReauthenticateForm):
    """A code once more, of somebody who is logged in."""


class ActivateForm(ActivateTOTPForm):
    """Setting up the app; the code that proves it is used up too (accounts.apps)."""

    def clean_code(self) -> str:
        code = super().clean_code()
        context.request.totp_step = step_of(self.secret, code)
        return code
