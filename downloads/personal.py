from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "downloads",
        _("programs you loaded"),
        "downloads.Download",
        "user",
        ("company__number", "file__release__product__name", "file__release__version", "started_at"),
        keeps=_("Who has to be warned of a faulty version, as long as the version is in use; without your name."),
    ),
]
KEPT_BACK = {}
