import django.utils.timezone
from django.db import migrations


def what_is_there_is_no_news(apps, schema_editor):
    """Nobody is mailed about versions from before there were such mails."""
    releases = apps.get_model("downloads", "Release").objects
    now = django.utils.timezone.now()
    releases.update(announced_at=now)
    releases.exclude(withdrawn_on=None).update(recall_told_at=now)


class Migration(migrations.Migration):
    """On its own: PostgreSQL makes no index on a table whose rows the same transaction has changed."""

    dependencies = [("downloads", "0002_release_news")]

    operations = [migrations.RunPython(what_is_there_is_no_news, migrations.RunPython.noop)]
