from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_mail_reasons")]

    operations = [
        migrations.AddIndex("mailhandover", models.Index(fields=["address", "at"], name="mail_handover_address")),
    ]
