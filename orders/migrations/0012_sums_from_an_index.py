from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

OF_COMPANY = models.Index(
    fields=["company", "-placed_at", "-number"], include=["state", "net", "valid_net"], name="order_of_company"
)
TO_DO = models.Index(
    fields=["company", "state"],
    condition=models.Q(state__in=["waiting", "received", "offered", "accepted", "partly"]),
    name="order_to_do",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0011_found_as_they_are_spelt")]

    operations = [
        AddIndexConcurrently("order", OF_COMPANY),
        AddIndexConcurrently("order", TO_DO),
        RemoveIndexConcurrently("order", "order_company_newest"),
    ]
