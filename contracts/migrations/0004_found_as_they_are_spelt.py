from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from portal.lib.searching import indexes_of


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0013_found_as_they_are_spelt"), ("contracts", "0003_recall_retention_subprocessors")]

    operations = [
        *(AddIndexConcurrently("document", index) for index in indexes_of("document", "number", "title")),
        *(AddIndexConcurrently("licence", index) for index in indexes_of("licence", "number")),
    ]
