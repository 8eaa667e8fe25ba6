from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_old_events_keep_their_place")]

    operations = [
        migrations.AddIndex(
            model_name="orderevent",
            index=models.Index(condition=models.Q(("place", None)), fields=["id"], name="order_event_without_place"),
        ),
        migrations.AddConstraint(
            model_name="orderevent",
            constraint=models.UniqueConstraint(fields=("place",), name="order_event_place_once"),
        ),
    ]
