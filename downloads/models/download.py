from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .release import ReleaseFile


class Download(models.Model):
    """Who loaded which program file for which company, and when."""

    file = models.ForeignKey(ReleaseFile, models.PROTECT, related_name="downloads", verbose_name=_("program file"))
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="downloads", verbose_name=_("company"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["company", "-started_at"], name="download_company_newest")]

    def __str__(self):
        return f"{self.file} {self.started_at:%d.%m.%Y}"
