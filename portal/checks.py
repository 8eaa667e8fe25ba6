from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
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


@register(Tags.database, deploy=True)
def the_daily_role_owns_nothing(app_configs, databases, **kwargs):
    """Web and worker as owner of the tables could drop the triggers that keep the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper or exists(select from pg_class where relowner = r.oid and relpersistence = 'p')"
            " from pg_roles r where rolname = current_user"
        )
        (is_owner,) = cursor.fetchone()
    if is_owner:
        hint = "Let web and worker connect as another role: manage.py grant_app_role makes one."
        return [Warning("DATABASE_URL connects as the owner of the tables.", hint=hint, id="portal.W003")]
    return []
