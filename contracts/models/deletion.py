from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeletionReport(models.Model):
    """What the deletion at the end of the retention did on a day: a line for each document, without its title."""

    ran_at = models.DateTimeField(_("when"), default=timezone.now)
    deleted = models.JSONField(_("deleted"), default=list)
    failed = models.JSONField(_("could not be deleted"), default=list, blank=True)

    class Meta:
        verbose_name = _("deletion report")
        verbose_name_plural = _("deletion reports")
        ordering = ["-ran_at"]

    def __str__(self):
        return f"{self.ran_at:%d.%m.%Y}: {len(self.deleted)}"
