from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "enquiries",
        _("enquiries to the support"),
        "support.Enquiry",
        "user",
        ("company__number", "message", "sent_at", "answered_at"),
        keeps=_("Correspondence with the company, for six calendar years (§ 257 HGB); without your name."),
    ),
]
KEPT_BACK = {}
