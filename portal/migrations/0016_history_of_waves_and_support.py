from django.db import migrations

TABLES = """
select portal_watch('portal_wave');
select portal_watch('support_supporttext');
select portal_watch('support_incident');
select portal_watch('support_adviser');
select portal_watch('support_advisedcompany', company => 'r.company_id', owner => 'support_adviser',
    owner_row => 'r.adviser_id');
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0015_waves"), ("support", "0004_texts_incidents_advisers")]

    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
