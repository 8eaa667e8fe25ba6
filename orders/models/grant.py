from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Grant(models.Model):
    """What a delivered line gave: a licence, more time, or maintenance. Kept so that exactly this can be taken back."""

    class Kind(models.TextChoices):
        ISSUED = "issued", _("licence issued")
        EXTENDED = "extended", _("rent extended")
        MAINTAINED = "maintained", _("maintenance extended")

    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="grants")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    licence = models.ForeignKey("contracts.Licence", models.SET_NULL, null=True, related_name="+")
    maintenance = models.ForeignKey("contracts.Maintenance", models.SET_NULL, null=True, related_name="+")
    licence_number = models.CharField(_("licence number"), max_length=60)
    months = models.PositiveSmallIntegerField(_("months"), default=0)
    # The last day before and after; None is without end, or that there was none before.
    ends_before = models.DateField(_("ended before"), null=True)
    ends_after = models.DateField(_("ends now"), null=True)
    given_at = models.DateTimeField(pgettext_lazy("grant", "given"), default=timezone.now)
    taken_back_at = models.DateTimeField(pgettext_lazy("grant", "taken back"), null=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "kind"], condition=models.Q(taken_back_at=None), name="grant_once_per_line"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.licence_number}"
