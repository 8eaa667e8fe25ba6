from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

PARTS = GinIndex(fields=["joined"], name="article_joined_parts", opclasses=["gin_trgm_ops"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0014_what_opens_articles")]

    operations = [AddIndexConcurrently("article", PARTS), RemoveIndexConcurrently("article", "article_joined")]
