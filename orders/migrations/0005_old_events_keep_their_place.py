from django.db import migrations


class Migration(migrations.Migration):
    """A cursor that the ERP holds from before was an event's id, and means the same as before."""

    dependencies = [("orders", "0004_order_event_place")]

    operations = [
        migrations.RunSQL(
            "update orders_orderevent set place = id where place is null",
            migrations.RunSQL.noop,
        ),
    ]
