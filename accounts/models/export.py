import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.files import stored_name

KEPT_DAYS = 7


class DataExportQuerySet(models.QuerySet):
    def ready(self):
        """Those that can be loaded."""
        return self.filter(ready_at__gt=timezone.now() - timedelta(days=KEPT_DAYS))

    def over(self):
        return self.filter(ready_at__lte=timezone.now() - timedelta(days=KEPT_DAYS))


class DataExport(models.Model):
    """Somebody asked for all that is stored about them (Art. 15, Art. 20 DSGVO); a ZIP made by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField(pgettext_lazy("data", "asked"), default=timezone.now)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name("exports"), blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ready_at=None), name="export_one_at_work"),
        ]

    def __str__(self):
        return f"{self.user_id} {self.asked_at:%Y-%m-%d}"

    @property
    def until(self):
        """When the file goes; None while it is being made."""
        return self.ready_at and self.ready_at + timedelta(days=KEPT_DAYS)
