from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("My account")

    def ready(self):
        from access.signals import membership_ended

        from .sso import on_membership_ended

        membership_ended.connect(on_membership_ended, dispatch_uid="accounts.sign_on")
