from django.db import models
from django.db.models import DateField, F, Max, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from portal.lib.days import ENDLESS, is_endless, today
from portal.lib.searching import indexes_of


class Product(models.Model):
    """A program or module of the vendor that is licensed to companies."""

    number = models.CharField(_("product number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    tagline = models.CharField(_("in a few words"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["number"]

    def __str__(self):
        return self.name


# A maintenance without an end, and rent that runs, cover every version.
FOREVER = Value("9999-12-31", output_field=DateField())


class LicenceQuerySet(models.QuerySet):
    def begun(self, on=None):
        """Licences that began by a day, running or not: "ever licensed"."""
        return self.filter(starts_on__lte=on or today())

    def running(self, on=None):
        """Licences in force on a day, today by default."""
        on = on or today()
        # A bought licence has no end date.
        return self.begun(on).filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def with_cover(self):
        """Adds covered_until: the day up to which released versions belong to the licence.

        Maintenance covers what was released until its end, and without any the versions up to the purchase; rent
        covers everything while it runs.
        """
        maintained = Max(Coalesce("maintenance__ends_on", FOREVER), filter=Q(maintenance__isnull=False))
        bought = Greatest(F("starts_on"), Coalesce(maintained, F("starts_on")))
        rented = models.Case(models.When(kind=Licence.Kind.RENTED, then=FOREVER), default=bought)
        return self.annotate(covered_until=rented)


class Licence(models.Model):
    """The right of a company to use a product, for good or for rent."""

    class Kind(models.TextChoices):
        BOUGHT = "K", _("bought")
        RENTED = "M", _("rented")

    number = models.CharField(_("licence number"), max_length=60, unique=True)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="licences", verbose_name=_("company"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="licences", verbose_name=_("product"))
    kind = models.CharField(_("kind"), max_length=1, choices=Kind.choices, default=Kind.BOUGHT)
    seats = models.PositiveIntegerField(_("seats"), default=1)
    starts_on = models.DateField(_("since"), default=today)
    ends_on = models.DateField(_("rented until"), null=True, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["product__number", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="licence_seats_positive"),
            models.CheckConstraint(condition=Q(kind="M") | Q(ends_on=None), name="licence_bought_has_no_end"),
        ]
        indexes = indexes_of("licence", "number")

    def __str__(self):
        return f"{self.number} {self.product}"

    @property
    def is_running(self) -> bool:
        """Whether the licence is in force today."""
        return self.starts_on <= today() and (self.ends_on is None or self.ends_on >= today())

    @property
    def is_endless(self) -> bool:
        """Whether it runs for good: bought, or rented without an end or past the year 9000."""
        return is_endless(self.ends_on)


class MaintenanceQuerySet(models.QuerySet):
    def running(self, on=None):
        """Maintenance in force on a day, today by default."""
        on = on or today()
        begun = Q(starts_on__lte=on) | Q(starts_on=None)
        return self.filter(begun, Q(ends_on__gte=on) | Q(ends_on=None))

    def endless(self) -> "MaintenanceQuerySet":
        """Maintenance that has no end, written as none or as a day past the year 9000."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=ENDLESS))


class Maintenance(models.Model):
    """A period for which a licence is maintained: SPV (Softwarepflege) or UPV (Updatepflege)."""

    class Kind(models.TextChoices):
        SPV = "SPV", _("Software maintenance (SPV)")
        UPV = "UPV", _("Update maintenance (UPV)")

    licence = models.ForeignKey(Licence, models.CASCADE, related_name="maintenance", verbose_name=_("licence"))
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices, default=Kind.SPV)
    # The ERP does not say when maintenance began; empty means with the licence.
    starts_on = models.DateField(_("since"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("maintenance period")
        verbose_name_plural = _("maintenance periods")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "starts_on"], nulls_distinct=False, name="maintenance_once_per_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="maintenance_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.licence}"

    @property
    def has_ended(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()

    @property
    def is_endless(self) -> bool:
        return is_endless(self.ends_on)
