from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FACETS = models.Index(
    fields=["category", "kind"],
    include=["id", "opens", "is_bound"],
    condition=models.Q(is_active=True),
    name="article_facets",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0015_joined_words_are_kept")]

    operations = [AddIndexConcurrently("article", FACETS)]
