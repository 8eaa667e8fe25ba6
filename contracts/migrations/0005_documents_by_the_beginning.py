from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BEGINS = models.Index(fields=["number"], name="document_number_begins", opclasses=["varchar_pattern_ops"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contracts", "0004_found_as_they_are_spelt")]

    operations = [AddIndexConcurrently("document", BEGINS)]
