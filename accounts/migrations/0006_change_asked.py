import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_sign_on")]

    operations = [
        # None for the changes of before: when they were asked for is not known.
        migrations.AddField("emailchange", "asked_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "emailchange",
            "asked_at",
            models.DateTimeField(
                default=django.utils.timezone.now, editable=False, null=True, verbose_name="asked for"
            ),
        ),
        migrations.AddField("emailchange", "asked_in", models.UUIDField(editable=False, null=True)),
        migrations.AlterField(
            "emailchange",
            "changed_at",
            models.DateTimeField(default=django.utils.timezone.now, null=True, verbose_name="when"),
        ),
    ]
