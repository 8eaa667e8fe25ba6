from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today
from portal.lib.files import stored_name


class TermsQuerySet(models.QuerySet):
    def begun(self, on=None):
        """Versions whose validity has begun, ended ones too."""
        return self.filter(valid_from__lte=on or today())

    def in_force(self, on=None):
        """Versions valid on a day, today by default, newest first."""
        on = on or today()
        ended = Q(valid_until__lt=on)
        return self.filter(valid_from__lte=on).exclude(ended).order_by("kind", "-valid_from", "-pk")

    def current(self, kind, on=None):
        """The version of one kind that is in force, or None."""
        return self.in_force(on).filter(kind=kind).first()


class Terms(models.Model):
    """One version of the vendor's general terms, the same for all customers."""

    class Kind(models.TextChoices):
        SPV = "SPV", _("Software maintenance terms (SPV)")
        UPV = "UPV", _("Update maintenance terms (UPV)")
        AGB = "AGB", _("Terms and conditions of the shop")
        AVV = "AVV", _("Data processing agreement (AVV), text")

    number = models.CharField(_("number"), max_length=60)
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name("terms"), max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["number", "valid_from"], name="terms_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="terms_end_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.valid_from:%d.%m.%Y})"

    @property
    def has_ended(self):
        return self.valid_until is not None and self.valid_until < today()


class Acceptance(models.Model):
    """A company's consent to a version of terms: who, when, and the hash of the very file. Never changed."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="acceptances")
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signer_name = models.CharField(_("name of the signer"), max_length=200)
    signer_function = models.CharField(_("function"), max_length=120, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    accepted_at = models.DateTimeField(_("accepted"), default=timezone.now)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["-accepted_at"]

    def __str__(self):
        return f"{self.company_id} {self.terms}"
