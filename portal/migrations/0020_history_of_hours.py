from django.db import migrations

TABLES = """
select portal_watch('support_openingtime', owner => 'support_contact', owner_row => 'r.contact_id');
select portal_watch('support_openingday');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0019_paper_of_a_day"),
        ("support", "0005_hours_and_pictures"),
    ]

    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
