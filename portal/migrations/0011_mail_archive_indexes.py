from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Index, Q

from portal.lib.constraints import parts_of

INDEXES = [
    Index(fields=["made_at"], name="mail_made"),
    Index(fields=["topic", "made_at"], name="mail_topic"),
    Index(fields=["company", "made_at"], condition=~Q(company=None), name="mail_company"),
    Index(fields=["user", "made_at"], condition=~Q(user=None), name="mail_user"),
    Index(fields=["again_of"], condition=~Q(again_of=None), name="mail_again_of"),
    Index(fields=["message_id"], condition=~Q(message_id=""), name="mail_message_id"),
    *parts_of("mail", "address", "subject"),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("portal", "0010_mails_of_before")]

    operations = [AddIndexConcurrently("mailhandover", index) for index in INDEXES]
