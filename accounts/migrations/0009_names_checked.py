from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("accounts", "0008_clean_names")]

    operations = [
        ValidateConstraint(model_name="company", name="company_names_one_line"),
        ValidateConstraint(model_name="user", name="user_names_one_line"),
    ]
