from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .passes import DownloadPass
from .release import ReleaseFile


class Download(models.Model):
    """Who loaded which program file for which company, and when: a person, or a technician with a pass."""

    file = models.ForeignKey(ReleaseFile, models.PROTECT, related_name="downloads", verbose_name=_("program file"))
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="downloads", verbose_name=_("company"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    by_pass = models.ForeignKey(
        DownloadPass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="downloads",
        verbose_name=_("IT partner pass"),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["company", "-started_at"], name="download_company_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, by_pass__isnull=False) | Q(user__isnull=False, by_pass=None),
                name="download_by_person_or_pass",
            )
        ]

    def __str__(self):
        return f"{self.file} {self.started_at:%d.%m.%Y}"
