from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CalendarAddress(models.Model):
    """A private address under which a person's calendar program reads a company's dates. Only its hash is kept."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="calendar_addresses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_addresses")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="calendar_address_once")]

    def __str__(self):
        return f"{self.company_id} {self.user_id}"
