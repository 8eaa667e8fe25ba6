from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Info, Tags, Warning, register
from django.db import connection, models
from django.db.models import Count, Q

from .lib.letterhead import missing_details
from .lib.signs import HIDDEN_SQL

# What a commit waits for before it is said to the customer; the others do not even wait for the standby's disk.
LASTING = {"on", "remote_apply"}


@register(Tags.database, deploy=True)
def orders_survive_a_crash(app_configs, databases, **kwargs):
    """synchronous_commit=off loses acknowledged orders when the server dies, and so does a standby that nobody waits
    for, when it takes over; the portal refuses the first and warns of the second."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('synchronous_commit'), current_setting('synchronous_standby_names')")
        commit, standbys = cursor.fetchone()
    if commit == "off":
        return [
            Error("PostgreSQL runs with synchronous_commit=off: acknowledged orders could be lost.", id="portal.E001")
        ]
    if "," in str(connection.settings_dict["OPTIONS"].get("host", "")) and not (standbys and commit in LASTING):
        hint = "Set synchronous_standby_names (such as 'ANY 1 (*)') and synchronous_commit=on on the server."
        words = "DATABASE_URL names several hosts, but no commit waits for a standby: what was acknowledged in the last"
        return [Warning(f"{words} moment is lost when one takes over.", hint=hint, id="portal.W005")]
    return []


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs, **kwargs):
    if settings.DEMO:
        return [Error("DEMO=1 is for a machine of one's own, not for production.", id="portal.E002")]
    return []


@register(deploy=True)
def letters_name_the_firm(app_configs, **kwargs):
    """Mails and papers about contracts are business letters; leaving these details out can be fined."""
    if missing := missing_details():
        hint = "On every letter (§ 35a GmbHG, § 37a HGB). A firm that has none of it, such as a sole trader, may go on."
        return [Warning(f"Letters lack legal details: {', '.join(missing)}.", hint=hint, id="portal.W004")]
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


@register(Tags.database, deploy=True)
def texts_of_one_line(app_configs, databases, **kwargs):
    """Says where texts of one line are stored with breaks or controls from before the rule; nothing breaks by them."""
    found = [(model, name, count) for model in _own_models() for name, count in _hidden_in(model)]
    return [
        Info(
            f"Rows with a line break, a control or a direction sign in {name}: {count}.",
            hint="Open and save them in the administration; papers and mails leave these signs out.",
            obj=model,
            id="portal.I003",
        )
        for model, name, count in found
    ]


def _own_models():
    own = [config for config in apps.get_app_configs() if config.path.startswith(str(settings.BASE_DIR))]
    # Before the first migration there is nothing to say.
    tables = set(connection.introspection.table_names())
    return [model for config in own for model in config.get_models() if model._meta.db_table in tables]


def _hidden_in(model):
    """(column, rows) of the texts of one line in a table, in one reading of it."""
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, models.CharField)]
    counts = {f"count_{name}": Count("pk", filter=Q(**{f"{name}__regex": HIDDEN_SQL})) for name in names}
    found = model._base_manager.aggregate(**counts) if names else {}
    return [(name, found[f"count_{name}"]) for name in names if found[f"count_{name}"]]


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
