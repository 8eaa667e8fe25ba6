from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.days import in_months


class DeletionRequest(models.Model):
    """Somebody asked for their account to be deleted (Art. 17 DSGVO). What is left of it afterwards names nobody."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the vendor")
        DONE = "done", pgettext_lazy("deletion", "deleted")
        DECLINED = "declined", pgettext_lazy("deletion", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("deletion", "withdrawn")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="deletion_requests", verbose_name=_("person")
    )
    asked_at = models.DateTimeField(pgettext_lazy("deletion", "asked"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # What went and what the law keeps, in counts: the report on the deletion.
    report = models.JSONField(_("report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("request for deletion")
        verbose_name_plural = _("requests for deletion")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="waiting"), name="deletion_one_waiting"),
        ]

    def __str__(self):
        return f"{self.user or '–'}, {self.asked_at:%d.%m.%Y}"

    @property
    def due(self) -> date:
        """The day by which the person hears from us: a month after asking (Art. 12 (3) GDPR)."""
        return in_months(timezone.localtime(self.asked_at).date(), 1)
