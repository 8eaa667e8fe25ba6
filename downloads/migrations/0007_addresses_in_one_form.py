"""Addresses of passes from before the rule get the one stored form."""

from django.db import migrations

from portal.lib.mailboxes import mend


def mend_all(apps, schema_editor):
    mend(apps.get_model("downloads", "DownloadPass"), "email")


class Migration(migrations.Migration):
    dependencies = [("downloads", "0006_upload_refused")]

    operations = [migrations.RunPython(mend_all, migrations.RunPython.noop)]
