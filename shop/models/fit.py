"""The rule of fit as sets: which licences open an article, what is still missing for it, what forbids it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contracts.models import Licence, Maintenance, Product
from portal.lib.days import today

from .prepared import ARTICLE, COMPANY, DAY, Prepared

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


class FitKey(models.Model):
    """A condition of Fit as such: a product and what its licence must be like, whatever articles ask for it.

    Article.opens holds the keys of an article; the database keeps both (migration "opens"). A company has few keys, and
    an article is open to it when they share one.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="fit_keys")
    min_seats = models.PositiveIntegerField()
    needs_care = models.CharField(max_length=3, choices=Fit.Care.choices, blank=True)
    from_day = models.DateField(null=True)

    class Meta:
        verbose_name = _("fit")
        verbose_name_plural = _("fits")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "min_seats", "needs_care", "from_day"], nulls_distinct=False, name="fit_key_once"
            ),
        ]

    def __str__(self):
        return f"{self.product_id} {self.min_seats} {self.needs_care} {self.from_day}"


def opening(licences, on=None, fit="product__fit_rows__", **article):
    """Those of the licences that open an article; article: the condition on its row of Fit, none for any.

    fit: the way to the condition, for asking FitKey instead.
    A licence opens it when it is of a product the article is made for, has the seats, is maintained as asked, and
    covers the version asked for: rent covers all, a purchase what came out before it or before its maintenance ended.
    """
    version = fit + "from_day"
    maintained = Maintenance.objects.filter(licence=OuterRef("pk"))
    in_force = maintained.running(on)
    reaching = maintained.filter(Q(ends_on=None) | Q(ends_on__gte=OuterRef(version)))
    rented = Q(kind=Licence.Kind.RENTED)
    cared = (
        Q(**{fit + "needs_care": Fit.Care.NONE})
        | rented
        | (Q(**{fit + "needs_care": Fit.Care.ANY}) & Exists(in_force))
        | Exists(in_force.filter(kind=Maintenance.Kind.SPV))
    )
    covered = Q(**{version: None}) | rented | Q(starts_on__gte=F(version)) | Exists(reaching)
    made_for = Q(**{fit + name: value for name, value in article.items()}, **{fit + "min_seats__lte": F("seats")})
    # One filter, so that all conditions are about the same row of Fit.
    return licences.filter(made_for, cared, covered)


def unmet(company, on=None):
    """Rows from_article, to_article: what an article requires and the company (an id or a reference) does not hold."""
    at_company = Licence.objects.running(on).filter(company=company, product=OuterRef("to_article__grants"))
    ordered = Company.objects.filter(
        pk=company, orders__state__in=CONFIRMED, orders__lines__article=OuterRef("to_article")
    )
    return _article().requires.through.objects.exclude(Exists(at_company)).exclude(Exists(ordered))


def held(company, on=None):
    """Rows from_article, to_article: what excludes an article and is held by the company."""
    at_company = Licence.objects.running(on).filter(company=company, product=OuterRef("to_article__grants"))
    return _article().excludes.through.objects.filter(Exists(at_company))


def _article():
    return Fit._meta.get_field("article").related_model


# --- built once per process ---


def _licences():
    return Licence.objects.running(DAY).filter(company=COMPANY).order_by()


KEY = "product__fit_keys__"


def _keys():
    return opening(_licences(), DAY, KEY).values(KEY + "id")


def _unmet():
    return unmet(COMPANY, DAY).filter(from_article=ARTICLE).values(every=models.Value(1))


def _held():
    return held(COMPANY, DAY).filter(from_article=ARTICLE).values(every=models.Value(1))


def _names():
    licences = opening(_licences(), DAY, article=ARTICLE)
    return Product.objects.filter(pk__in=licences.values("product")).order_by("number").values("name")


def _seats():
    licences = opening(_licences(), DAY, article=ARTICLE).values(every=models.Value(1))
    return licences.annotate(sum=models.Sum("seats")).values("sum")


def fits_now(company):
    """The condition that an article is opened, misses nothing it requires and is excluded by nothing, today."""
    given = {"company": company.pk, "day": today()}
    array = ArrayField(models.BigIntegerField())
    keys = Prepared(build=_keys, template="array(%s)", output_field=array, **given)
    # Few articles require or exclude others, and only they are asked about it. "offset 0" tells the database to ask for
    # each of them; it would answer for all articles beforehand.
    yes_no = {"template": "not exists(%s offset 0)", "output_field": models.BooleanField()}
    free = (Q(Prepared("pk", build=build, **yes_no, **given)) for build in (_unmet, _held))
    return Q(opens__overlap=keys) & (Q(is_bound=False) | Q(*free))


def opening_products(company):
    """The names of the company's products that open the article of the query, as a list."""
    field = ArrayField(models.TextField())
    return Prepared("pk", build=_names, company=company.pk, day=today(), template="array(%s)", output_field=field)


def opening_seats(company):
    """How many seats the company has licensed of the products that open the article of the query."""
    return Prepared("pk", build=_seats, company=company.pk, day=today(), output_field=models.IntegerField())
