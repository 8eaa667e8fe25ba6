from django.db import migrations, models


class Migration(migrations.Migration):
    """Where an event stands in the ERP's reading: given once it is committed."""

    dependencies = [("orders", "0003_lines_grants_erp")]

    operations = [
        migrations.AddField(
            model_name="orderevent",
            name="place",
            field=models.BigIntegerField(editable=False, null=True),
        ),
    ]
