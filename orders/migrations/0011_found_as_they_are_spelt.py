from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from portal.lib.searching import indexes_of


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0013_found_as_they_are_spelt"), ("orders", "0010_sums_that_count")]

    operations = [
        AddIndexConcurrently("order", models.Index(fields=["-placed_at", "-id"], name="order_newest")),
        *(AddIndexConcurrently("order", index) for index in indexes_of("order", "number", "reference", "orderer_name")),
    ]
