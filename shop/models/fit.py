"""The rule of fit as sets: which licences open an article, what is still missing for it, what forbids it."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contracts.models import Licence, Maintenance, Product

# What counts as held: the vendor has said yes. Orders stand above the shop, so their states come by name.
CONFIRMED = ["accepted", "fulfilled"]


class Fit(models.Model):
    """A product an article is made for, and what the licence of it must be like."""

    class Care(models.TextChoices):
        NONE = "", _("not needed")
        ANY = "any", _("SPV or UPV")
        SPV = "SPV", _("SPV")

    article = models.ForeignKey("shop.Article", models.CASCADE, related_name="fit_rows", verbose_name=_("article"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="fit_rows", verbose_name=_("product"))
    min_seats = models.PositiveIntegerField(_("from licensed seats"), default=1, db_default=1)
    needs_care = models.CharField(
        _("maintenance in force"), max_length=3, choices=Care.choices, default="", db_default="", blank=True
    )
    from_version = models.CharField(_("from version"), max_length=40, default="", db_default="", blank=True)
    # The day that version came out: what a licence covers is counted in days.
    from_day = models.DateField(_("released on"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "shop_article_fits"
        verbose_name = _("fit")
        verbose_name_plural = _("fits")
        unique_together = [("article", "product")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_version="") | Q(from_day__isnull=False), name="fit_version_has_day"
            ),
        ]

    def __str__(self):
        return f"{self.article_id} {self.product_id}"


def opening(licences, article=None):
    """Those of the licences that open the article of the outer query.

    A licence opens it when it is of a product the article is made for, has the seats, is maintained as asked, and
    covers the version asked for: rent covers all, a purchase what came out before it or before its maintenance ended.
    """
    fit = "product__fit_rows__"
    version = fit + "from_day"
    maintained = Maintenance.objects.filter(licence=OuterRef("pk"))
    in_force = maintained.running()
    reaching = maintained.filter(Q(ends_on=None) | Q(ends_on__gte=OuterRef(version)))
    rented = Q(kind=Licence.Kind.RENTED)
    cared = (
        Q(**{fit + "needs_care": Fit.Care.NONE})
        | rented
        | (Q(**{fit + "needs_care": Fit.Care.ANY}) & Exists(in_force))
        | Exists(in_force.filter(kind=Maintenance.Kind.SPV))
    )
    covered = Q(**{version: None}) | rented | Q(starts_on__gte=F(version)) | Exists(reaching)
    made_for = Q(**{fit + "article": article or OuterRef("pk"), fit + "min_seats__lte": F("seats")})
    # One filter, so that all conditions are about the same row of Fit.
    return licences.filter(made_for, cared, covered)


def unmet(company, article=None):
    """The articles that the article of the outer query requires and the company does not hold."""
    at_company = Licence.objects.running().filter(company=company, product=OuterRef("to_article__grants"))
    ordered = Company.objects.filter(
        pk=company if isinstance(company, models.F) else company.pk,
        orders__state__in=CONFIRMED,
        orders__lines__article=OuterRef("to_article"),
    )
    rows = Fit._meta.get_field("article").related_model.requires.through.objects
    return rows.filter(from_article=article or OuterRef("pk")).exclude(Exists(at_company)).exclude(Exists(ordered))


def held(company, article=None):
    """The articles excluded by the article of the outer query that the company holds a licence of."""
    at_company = Licence.objects.running().filter(company=company, product=OuterRef("to_article__grants"))
    rows = Fit._meta.get_field("article").related_model.excludes.through.objects
    return rows.filter(Exists(at_company), from_article=article or OuterRef("pk"))
