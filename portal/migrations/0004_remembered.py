from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_no_truncate")]

    operations = [
        migrations.CreateModel(
            name="Remembered",
            fields=[
                ("key", models.CharField(max_length=250, primary_key=True, serialize=False)),
                ("value", models.BinaryField()),
                ("until", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["until"], name="remembered_until")]},
        ),
    ]
