from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_remembered")]

    operations = [
        migrations.AddField("mailhandover", "address", models.CharField(db_default="", default="", editable=False, max_length=254)),
        migrations.AddField("mailhandover", "sender", models.CharField(db_default="", default="", editable=False, max_length=254)),
        migrations.AddField(
            "mailhandover",
            "reason",
            models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="reason"),
        ),
        migrations.AlterField(
            "mailhandover",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("handing", "being handed over"),
                    ("sent", "sent"),
                    ("unclear", "unclear: sent or not"),
                    ("refused", "refused"),
                    ("settled", "settled by staff"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
