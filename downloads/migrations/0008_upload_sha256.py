from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("downloads", "0007_addresses_in_one_form")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="sha256",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
    ]
