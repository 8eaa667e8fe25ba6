from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("waiting", "waiting for approval"),
    ("received", "received"),
    ("offered", "waits for the customer"),
    ("accepted", "accepted"),
    ("partly", "partly accepted"),
    ("fulfilled", "fulfilled"),
    ("cancelled", "cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_rents_and_lines_that_wait")]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="state",
            field=models.CharField(choices=STATES, default="received", max_length=12, verbose_name="state"),
        ),
        migrations.AlterField(
            model_name="orderevent",
            name="state",
            field=models.CharField(choices=STATES, max_length=12, verbose_name="state"),
        ),
        migrations.AddField(
            model_name="order",
            name="valid_net",
            field=models.DecimalField(
                decimal_places=2, max_digits=14, null=True, verbose_name="sum that counts, euro net"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="valid_vat",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="VAT that counts, euro"),
        ),
        migrations.AddField(
            model_name="order",
            name="reminded_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="reminded"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(valid_net=None, valid_vat=None) | Q(valid_net__gte=0, valid_vat__gte=0),
                name="order_valid_sums_not_negative",
            ),
        ),
    ]
