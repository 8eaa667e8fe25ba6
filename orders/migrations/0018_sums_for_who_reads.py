from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

SUMS = models.Index(
    fields=["company", "-placed_at", "-number"],
    include=["state", "net", "valid_net", "ordered_by"],
    name="order_sums",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0017_words_of_old_orders")]

    operations = [AddIndexConcurrently("order", SUMS), RemoveIndexConcurrently("order", "order_of_company")]
