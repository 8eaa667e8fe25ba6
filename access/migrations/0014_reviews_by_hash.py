from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("access", "0013_weekly_mail_and_answers_taken_back")]

    operations = [AddIndexConcurrently("accessreview", models.Index(fields=["sha256"], name="access_review_sha256"))]
