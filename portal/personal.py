from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "roll_out",
        _("invitations of the first weeks"),
        "portal.WaveMember",
        "user",
        ("company__number", "sent_at", "reminded_at"),
    ),
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
    Personal(
        "papers",
        _("papers you had made"),
        "portal.Paper",
        "asked_by",
        ("company__number", "kind", "day", "asked_at", "made_at", "sha256"),
        keeps=_("That the portal made a paper of your company, so that it can be checked; without your name."),
    ),
]
KEPT_BACK = {
    "portal.ErpExport.by": "the vendor's own matter",
    "portal.ErpRun.by": "the vendor's own matter",
    "portal.Wave.made_by": "the vendor's own matter",
}
