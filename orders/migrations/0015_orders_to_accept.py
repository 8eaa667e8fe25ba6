from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0014_placed_by_index")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(fields=["placed_at"], condition=models.Q(("state", "received")), name="order_to_accept"),
        ),
    ]
