from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today


class VatCheckQuerySet(models.QuerySet):
    def valid_for(self, company):
        """The checks that count: of the VAT id as it stands at the company today."""
        return self.filter(company=company, vat_id=company.vat_id.replace(" ", "").upper()).exclude(vat_id="")


class VatCheck(models.Model):
    """A company's VAT id was confirmed by the tax office (§ 18e UStG). A new id needs a new check."""

    company = models.ForeignKey(
        "accounts.Company", models.PROTECT, related_name="vat_checks", verbose_name=_("company")
    )
    vat_id = models.CharField(_("VAT id"), max_length=20)
    checked_on = models.DateField(_("confirmed on"), default=today)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    objects = VatCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("VAT id check")
        verbose_name_plural = _("VAT id checks")
        ordering = ["-checked_on"]
        constraints = [models.UniqueConstraint(fields=["company", "vat_id"], name="vat_check_once")]

    def __str__(self):
        return f"{self.vat_id} {self.checked_on:%d.%m.%Y}"
