from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "mails",
        _("mails to you"),
        "portal.MailHandover",
        "user",
        ("made_at", "address", "company__number", "subject", "text", "state"),
        # One on its way, such as the news that an access has ended, still goes out.
        only={"state__in": ["sent", "settled", "unclear", "refused", "bounced"]},
    ),
    Personal(
        "changes",
        _("changes to what is stored about you"),
        "portal.Change",
        "person",
        ("at", "table", "kind", "what"),
    ),
]
KEPT_BACK = {}
