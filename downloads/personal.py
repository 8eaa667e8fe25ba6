from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "downloads",
        _("programs you downloaded"),
        "downloads.Download",
        "user",
        ("company__number", "file__release__product__name", "file__release__version", "started_at"),
        keeps=_("Who has to be warned of a faulty version, as long as the version is in use; without your name."),
    ),
    Personal(
        "release_watches",
        _("products whose new versions you are told of"),
        "downloads.ReleaseWatch",
        "user",
        ("company__number", "product__name", "created_at"),
        is_extra=True,
    ),
    Personal(
        "release_notices",
        _("new versions you were told of"),
        "downloads.ReleaseNotice",
        "user",
        ("company__number", "release__product__name", "release__version", "sent_at"),
    ),
    Personal(
        "passes_given",
        _("IT partner passes you gave"),
        "downloads.DownloadPass",
        "given_by",
        ("company__number", "release__product__name", "release__version", "name", "email", "given_at", "expires_at"),
        keeps=_("Who let whom load a program, as long as the version is in use; without your name."),
    ),
]
KEPT_BACK = {
    "downloads.InstalledVersion.noted_by": "what is installed is the company's matter",
    "downloads.Upload.started_by": "the vendor's staff",
}
