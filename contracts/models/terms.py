from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.days import today
from portal.lib.files import stored_name

from .document import Document


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

    def before(self, terms):
        """Earlier versions of the same kind, the newest first."""
        return self.begun().filter(kind=terms.kind, valid_from__lt=terms.valid_from).order_by("-valid_from", "-pk")

    def avv_missing_at(self, company):
        """The AVV in force while a company lacks it: neither concluded here nor filed as a paper since it is valid.

        company: a Company, or an OuterRef to one.
        """
        here = Acceptance.objects.filter(terms=OuterRef("pk"), company=company, is_conclusion=True)
        # What was concluded here says by its acceptance which version it is; its own day proves nothing.
        papers = Document.objects.visible().served().filter(company=company, kind=Document.Kind.AVV, acceptance=None)
        filed = papers.filter(dated_on__gte=OuterRef("valid_from"))
        current = self.model.objects.in_force().filter(kind=Terms.Kind.AVV).values("pk")[:1]
        return self.filter(pk__in=current).exclude(Exists(here)).exclude(Exists(filed))


class Terms(models.Model):
    """One version of the vendor's general terms, the same for all customers."""

    class Kind(models.TextChoices):
        SPV = "SPV", _("Software maintenance terms (SPV)")
        UPV = "UPV", _("Update maintenance terms (UPV)")
        AGB = "AGB", _("Terms and conditions of the shop")
        AVV = "AVV", _("Data processing agreement (AVV), text")
        TOM = "TOM", _("Technical and organisational measures (annex of the AVV)")

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


class AcceptanceQuerySet(models.QuerySet):
    def conclusion_of(self, terms):
        """The one by which an agreement was concluded, or None."""
        return self.filter(terms=terms, is_conclusion=True).first()


class Acceptance(models.Model):
    """A company's consent to a version of terms: who, when, and the hash of the very file. Never changed."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="acceptances")
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signer_name = models.CharField(_("name of the signer"), max_length=200)
    signer_function = models.CharField(_("function"), max_length=120, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    accepted_at = models.DateTimeField(pgettext_lazy("terms", "accepted"), default=timezone.now)
    # An order accepts the same terms each time; an agreement is concluded once per company and version.
    is_conclusion = models.BooleanField(_("concludes an agreement"), default=False, db_default=False)
    # As it was called that day; a company renamed later keeps it on its old papers (edge 21).
    company_name = models.CharField(_("company at that time"), max_length=200, blank=True, db_default="")
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="acceptance", verbose_name=_("filed as")
    )

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["-accepted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "terms"], condition=Q(is_conclusion=True), name="agreement_concluded_once"
            )
        ]

    def __str__(self):
        return f"{self.company_id} {self.terms}"
