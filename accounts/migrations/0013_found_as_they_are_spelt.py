from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from portal.lib.searching import indexes_of


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0012_log_of_companies")]

    operations = [
        AddIndexConcurrently("company", models.Index(fields=["name", "number"], name="company_by_name")),
        AddIndexConcurrently("user", models.Index(fields=["last_name", "first_name", "-id"], name="user_by_name")),
        *(AddIndexConcurrently("company", index) for index in indexes_of("company", "number", "name", "email")),
        *(
            AddIndexConcurrently("user", index)
            for index in indexes_of("user", "email", "first_name", "last_name", "username")
        ),
        # Searches asked by these before.
        *(RemoveIndexConcurrently("company", f"company_{field}_parts") for field in ("name", "email")),
        *(RemoveIndexConcurrently("user", f"user_{field}_parts") for field in ("email", "first_name", "last_name")),
    ]
