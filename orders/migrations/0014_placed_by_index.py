from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0013_placed_by_staff")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(fields=["placed_by"], condition=~models.Q(placed_by=None), name="order_placed_by"),
        ),
    ]
