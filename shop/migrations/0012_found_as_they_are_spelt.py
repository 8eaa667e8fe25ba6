from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from portal.lib.searching import indexes_of


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0013_found_as_they_are_spelt"), ("shop", "0011_rents_run_for_periods")]

    operations = [
        *(AddIndexConcurrently("article", index) for index in indexes_of("article", "number", "name")),
    ]
