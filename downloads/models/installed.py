from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Product


class InstalledVersion(models.Model):
    """What a company says is installed at one of its places, such as an office or a server."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="installed_versions")
    product = models.ForeignKey(Product, models.PROTECT, related_name="installed_versions", verbose_name=_("product"))
    place = models.CharField(_("place"), max_length=80)
    version = models.CharField(_("installed version"), max_length=40)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField(_("noted"), default=timezone.now)

    class Meta:
        verbose_name = _("installed version")
        verbose_name_plural = _("installed versions")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint("company", "product", Lower("place"), name="installed_version_once_per_place")
        ]

    def __str__(self):
        return f"{self.place}: {self.version}"

    @classmethod
    def note(cls, company, product, *, place, version, by):
        """Say what is installed at a place; a place that is known, however it is written, gets the new version."""
        known = cls.objects.filter(company=company, product=product, place__iexact=place)
        if not known.update(version=version, noted_by=by, noted_at=timezone.now()):
            cls.objects.create(company=company, product=product, place=place, version=version, noted_by=by)

    @classmethod
    def rows(cls, **of):
        """The places as one column of another query: a list of dictionaries with pk, place and version."""
        places = cls.objects.filter(**of).order_by("place")
        return ArraySubquery(places.values(row=JSONObject(pk="pk", place="place", version="version")))
