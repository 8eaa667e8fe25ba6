from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CompanyNote(models.Model):
    """What the vendor's staff keep in mind about a customer. No page of a customer shows it; it goes by its age."""

    company = models.ForeignKey("accounts.Company", models.CASCADE, related_name="notes", verbose_name=_("company"))
    text = models.TextField(_("note"), max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(_("written by"), max_length=300)
    written_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["company", "-written_at"], name="note_company_newest")]

    def __str__(self):
        return self.text[:60]
