from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0016_view_as")]

    operations = [
        AddIndexConcurrently(
            "company",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("ended_on", None), ("is_blocked", False)),
                name="company_oldest",
            ),
        ),
    ]
