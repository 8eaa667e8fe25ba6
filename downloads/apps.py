from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DownloadsConfig(AppConfig):
    name = "downloads"
    verbose_name = _("Downloads")

    def ready(self):
        from access.signals import membership_ended

        membership_ended.connect(end_passes, dispatch_uid="downloads.end_passes")


def end_passes(sender, membership, by, **kwargs):
    from .passing import end_passes_of

    end_passes_of(membership, by)
