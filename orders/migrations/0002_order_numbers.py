from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    # A number is taken once, whatever happens to the order: gaps are allowed, doubles are not.
    operations = [migrations.RunSQL("create sequence orders_number start 10001", "drop sequence orders_number")]
