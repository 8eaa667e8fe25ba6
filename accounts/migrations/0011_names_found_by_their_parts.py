from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations

from portal.lib.constraints import parts_of


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0010_addresses_in_one_form")]

    operations = [
        TrigramExtension(),
        *(AddIndexConcurrently("company", index) for index in parts_of("company", "name", "email")),
        *(AddIndexConcurrently("user", index) for index in parts_of("user", "email", "first_name", "last_name")),
    ]
