from django.db import migrations


class Migration(migrations.Migration):
    """Mails of before were written when something was last heard of them, as far as anybody knows."""

    dependencies = [("portal", "0009_mail_archive")]

    operations = [migrations.RunSQL("update portal_mailhandover set made_at = at", migrations.RunSQL.noop)]
