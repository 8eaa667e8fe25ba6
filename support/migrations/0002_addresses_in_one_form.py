"""Addresses of contacts from before the rule get the one stored form."""

from django.db import migrations

from portal.lib.mailboxes import mend


def mend_all(apps, schema_editor):
    mend(apps.get_model("support", "Contact"), "email")


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]

    operations = [migrations.RunPython(mend_all, migrations.RunPython.noop)]
