from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contracts", "0009_texts_of_documents")]

    operations = [AddIndexConcurrently("document", models.Index(fields=["sha256"], name="document_sha256"))]
