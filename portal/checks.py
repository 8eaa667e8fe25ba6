from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.database, deploy=True)
def orders_survive_a_crash(app_configs, databases, **kwargs):
    """synchronous_commit=off loses acknowledged orders when the server dies; the portal refuses it."""
    with connection.cursor() as cursor:
        cursor.execute("show synchronous_commit")
        (value,) = cursor.fetchone()
    if value == "off":
        return [
            Error("PostgreSQL runs with synchronous_commit=off: acknowledged orders could be lost.", id="portal.E001")
        ]
    return []


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs, **kwargs):
    if settings.DEMO:
        return [Error("DEMO=1 is for a machine of one's own, not for production.", id="portal.E002")]
    return []


@register(Tags.urls)
def a_host_of_its_own(app_configs, **kwargs):
    """Cookies with __Host-, the security policy and passkeys count for a whole host, so that must be the portal's."""
    if settings.FORCE_SCRIPT_NAME or urlsplit(settings.PORTAL_URL).path:
        return [
            Error(
                "The portal wants a host of its own, such as https://portal.example, no path on one.", id="portal.E003"
            )
        ]
    return []
