from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from . import checks  # noqa: F401
        from .lib.guard import guard_text_fields
        from .lib.mailboxes import guard_mail_fields
        from .monitoring import errors

        guard_text_fields()
        guard_mail_fields()
        errors.start()
        post_migrate.connect(_make_roles, sender=self)
        user_logged_in.connect(_count_login)
        user_login_failed.connect(_count_wrong_login)


def _count_login(**kwargs):
    from .lib.days import today
    from .models import LoginDay
    from .monitoring.metrics import LOGINS

    LoginDay.note(today())
    LOGINS.labels("in").inc()


def _count_wrong_login(**kwargs):
    from .monitoring.metrics import LOGINS

    LOGINS.labels("refused").inc()


def _make_roles(**kwargs):
    from .roles import make_roles

    make_roles()
