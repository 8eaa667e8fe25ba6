from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("My account")

    def ready(self):
        from allauth.account import signals as account
        from allauth.idp.oidc.internal.oauthlib import server
        from allauth.mfa import signals as mfa
        from django.contrib.auth.signals import user_logged_out

        from access.signals import membership_ended

        from . import signals as ours
        from .sso_server import Validator

        # allauth has no setting for it.
        server.OAuthLibRequestValidator = Validator

        for signal, receiver in [
            (user_logged_out, ours.on_logged_out),
            (membership_ended, ours.on_membership_ended),
            (account.password_changed, ours.on_password_changed),
            (account.password_set, ours.on_password_changed),
            (account.password_reset, ours.on_password_reset),
            (account.email_added, ours.on_address_asked),
            (mfa.authenticator_added, ours.on_factor_added),
            (mfa.authenticator_removed, ours.on_factor_removed),
        ]:
            signal.connect(receiver, dispatch_uid=f"accounts.{receiver.__name__}")
