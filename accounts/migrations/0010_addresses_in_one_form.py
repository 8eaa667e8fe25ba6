"""Addresses from before the rule get the one stored form; those that would then be somebody else's stay for staff."""

from django.db import migrations

from portal.lib.mailboxes import mend


def mend_all(apps, schema_editor):
    mend(apps.get_model("accounts", "User"), "email", is_unique=True)
    mend(apps.get_model("account", "EmailAddress"), "email", is_unique=True)
    mend(apps.get_model("accounts", "Company"), "email", "invoice_email")
    mend(apps.get_model("accounts", "EmailChange"), "old", "new")
    mend(apps.get_model("accounts", "NewsletterConsent"), "email")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_names_checked"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(mend_all, migrations.RunPython.noop)]
