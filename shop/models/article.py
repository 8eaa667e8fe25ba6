from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contracts.models import Licence, Product
from portal.lib.choices import label_of
from portal.lib.days import today
from portal.lib.searching import indexes_of

from .fit import Fit, fits_now, held, opening, opening_products, opening_seats, unmet

# Rent and maintenance without a stated period run this long.
USUAL_MONTHS = 12
# A hundred years; more would leave the calendar sooner or later.
MOST_MONTHS = 1200
MOST_PERIODS = 120
PERIODS = [MinValueValidator(1), MaxValueValidator(MOST_PERIODS)]


class Normal(models.Func):
    """Lower case, umlauts written out: the database's own function, see the migration."""

    function = "shop_normal"
    output_field = models.TextField()


class NumberKey(models.Func):
    """An article number as capitals and digits only."""

    function = "shop_number_key"
    output_field = models.TextField()


class Joined(models.Func):
    """How Article.joined is made; migrations know it by an index that was over it."""

    function = "shop_joined"
    output_field = models.TextField()


class Category(models.Model):
    """A shelf of the shop. The path ("Software/Kauf") is the ERP's name for it and unique."""

    path = models.CharField(_("path"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent category")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "path"]

    def __str__(self):
        return self.path.replace("/", " › ")


class ArticleQuerySet(models.QuerySet):
    def fitting(self, company):
        """Articles this company may see and order.

        The one rule of fit, for lists, search, suggestions, direct addresses, cart, checkout and re-order alike:
        on sale; opened by a running licence (see Fit); every required article held; none held that excludes it; and the
        contract has not ended. shop.fit.explain says the same in words.
        """
        found = self.filter(fits_now(company), is_active=True)
        # Not .none(): counted inside another query it would give NULL.
        return found.filter(is_active=False) if company.has_ended else found

    def with_fit(self, company):
        """Adds is_fitting: whether the company may see and order the article."""
        # Once the contract has ended nothing new begins.
        open_to_it = Q(is_active=True) if not company.has_ended else Q(pk=None)
        rule = models.ExpressionWrapper(open_to_it & fits_now(company), output_field=models.BooleanField())
        return self.annotate(is_fitting=rule)

    def seen_by_nobody(self):
        """Articles on sale that fit no company at all: their rules are wrong or too narrow."""
        not_ended = Q(company__ended_on=None) | Q(company__ended_on__gte=today())
        licences = opening(Licence.objects.running().filter(not_ended), article=OuterRef("pk"))
        at = OuterRef(OuterRef("company"))
        for hindrance in (unmet(at), held(at)):
            licences = licences.exclude(Exists(hindrance.filter(from_article=OuterRef(OuterRef("pk")))))
        return self.filter(~Exists(licences), is_active=True)

    def with_reason(self, company):
        """Adds fitting_products: names of the company's products whose running licences open the article."""
        return self.annotate(fitting_products=opening_products(company))

    def with_seats(self, company):
        """Adds seats: how many the company has licensed of the products that open the article."""
        return self.annotate(seats=opening_seats(company))

    def promising_in_vain(self):
        """Articles that promise a licence and name no product to license: their orders wait for staff."""
        return self.filter(kind__in=PROMISING, grants=None)

    def with_prices(self, company):
        """Adds own_prices to each article: the price rows that can apply to the company today."""
        prices = self.model.prices.rel.related_model.objects
        rows = prices.for_company(company).order_by("from_quantity", "net")
        return self.prefetch_related(models.Prefetch("prices", rows, to_attr="own_prices"))


class Article(models.Model):
    """Something the shop sells: software, rent, a service or a training."""

    class Kind(models.TextChoices):
        SOFTWARE = "K", _("Software, for good")
        RENT = "M", _("Software, for rent")
        SERVICE = "D", _("Service by the hour")
        TRAINING = "S", _("Training")
        FLAT = "P", _("Service at a flat rate")

    number = models.CharField(_("article number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=1, choices=Kind.choices)
    get_kind_display = label_of("kind", Kind)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="articles", verbose_name=_("category"), null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=40, default="Stück")
    list_price = models.DecimalField(_("list price, euro net"), max_digits=12, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT in per cent"), max_digits=4, decimal_places=1, default=Decimal("19.0"))
    taxed_here = models.BooleanField(
        _("taxed where it takes place"),
        default=False,
        db_default=False,
        help_text=_("A training on our premises: German VAT whoever the customer is (§ 3a (3) no. 5 UStG)."),
    )
    fits = models.ManyToManyField(
        Product, through=Fit, related_name="fitting_articles", verbose_name=_("fits"), blank=True
    )
    requires = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="required_by",
        verbose_name=_("requires"),
        blank=True,
        help_text=_("The company must hold a licence that each of these grants, or have ordered it."),
    )
    excludes = models.ManyToManyField(
        "self",
        symmetrical=True,
        verbose_name=_("excludes"),
        blank=True,
        help_text=_("Who holds a licence that one of these grants does not see this article, and the other way round."),
    )
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )
    grants = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grants a licence of")
    )
    period_months = models.PositiveSmallIntegerField(
        _("runs for months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
        help_text=_("For rent: one period, for which the price per month is agreed; empty means 12 months."),
    )
    min_periods = models.PositiveSmallIntegerField(
        _("least periods"),
        default=1,
        db_default=1,
        validators=PERIODS,
        help_text=_("For rent: how many periods a customer rents at least."),
    )
    max_periods = models.PositiveSmallIntegerField(
        _("most periods"),
        default=1,
        db_default=1,
        validators=PERIODS,
        help_text=_("For rent: up to how many periods a customer may choose."),
    )
    min_quantity = models.PositiveIntegerField(_("least quantity"), default=1, db_default=1)
    quantity_step = models.PositiveIntegerField(_("in steps of"), default=1, db_default=1)
    is_per_seat = models.BooleanField(_("at most as many as licensed seats"), default=False, db_default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # The words of the name, each run together with those after it: what is typed as one word may stand as several. Kept
    # by the database; a generated column would have written the whole table anew under a lock.
    joined = models.TextField(default="", db_default="", editable=False)
    # Kept by the database from the rows of Fit, and of what is required and excluded; what is written here is ignored.
    opens = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)
    is_bound = models.BooleanField(default=False, db_default=False, editable=False)
    # Names and descriptions by German word forms, numbers as they are written.
    words = models.GeneratedField(
        expression=SearchVector("name", weight="A", config="german")
        + SearchVector("number", weight="A", config="simple")
        + SearchVector("description", weight="C", config="german"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    # The name without umlauts, for parts of words and typing errors; the number without blanks, dots and dashes.
    normal = models.GeneratedField(
        expression=Normal("name"), output_field=models.TextField(), db_persist=True, editable=False
    )
    number_key = models.GeneratedField(
        expression=NumberKey("number"), output_field=models.TextField(), db_persist=True, editable=False
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["name", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(list_price__gte=0), name="article_price_not_negative"),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=1, quantity_step__gte=1), name="article_quantity_rules"
            ),
            models.CheckConstraint(
                condition=Q(
                    min_periods__gte=1, max_periods__gte=models.F("min_periods"), max_periods__lte=MOST_PERIODS
                ),
                name="article_periods_in_range",
            ),
            models.CheckConstraint(condition=~Q(successor=models.F("pk")), name="article_not_its_own_successor"),
            models.CheckConstraint(condition=Q(vat_rate__gte=0, vat_rate__lte=100), name="article_vat_per_cent"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="article_words"),
            GinIndex(fields=["normal"], name="article_normal", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["name", "number"], name="article_by_name"),
            models.Index(fields=["list_price", "name", "number"], name="article_by_price"),
            GinIndex(fields=["number_key"], name="article_number_part", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["number_key"], name="article_number_key", opclasses=["text_pattern_ops"]),
            GinIndex(fields=["joined"], name="article_joined_parts", opclasses=["gin_trgm_ops"]),
            *indexes_of("article", "number", "name"),
            # What counting the shelves of all that fits reads, and no more of the rows.
            models.Index(
                fields=["category", "kind"],
                include=["id", "opens", "is_bound"],
                condition=Q(is_active=True),
                name="article_facets",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def is_rent(self) -> bool:
        """Whether the price is per seat and month, and the customer takes it for a time."""
        return self.kind == self.Kind.RENT

    @property
    def months(self) -> int:
        """Months of one period of rent or maintenance."""
        return min(self.period_months or USUAL_MONTHS, MOST_MONTHS)

    @property
    def periods(self) -> range:
        """How many periods of a rent may be ordered at once; never empty."""
        return range(self.min_periods, max(self.min_periods, min(self.max_periods, MOST_MONTHS // self.months)) + 1)

    def clean(self) -> None:
        """Periods within a hundred years; a promise that can be kept. What stands already may be saved as it is."""
        super().clean()
        if self.min_periods and self.max_periods and self.max_periods < self.min_periods:
            raise ValidationError({"max_periods": _("At least as many as the least periods.")})
        if self.max_periods and self.max_periods * self.months > MOST_MONTHS:
            raise ValidationError({"max_periods": _("All periods together are more than a hundred years.")})
        if self.kind in PROMISING and self.grants_id is None and not self._stood():
            raise ValidationError(
                {"grants": _("Software, bought or rented, promises a licence: please name the product it is of.")}
            )

    def _stood(self) -> bool:
        """Whether the article made this promise before without naming a product, as many of the ERP's do."""
        return type(self).objects.promising_in_vain().filter(pk=self.pk).exists()


# What these promise is a licence.
PROMISING = [Article.Kind.SOFTWARE, Article.Kind.RENT]
