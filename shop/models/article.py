from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contracts.models import Product
from portal.lib.days import today


class Normal(models.Func):
    """Lower case, umlauts written out: the database's own function, see the migration."""

    function = "shop_normal"
    output_field = models.TextField()


class NumberKey(models.Func):
    """An article number as capitals and digits only."""

    function = "shop_number_key"
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
        """Articles this company may see and order: active, and made for a product it holds a running licence of.

        The one rule of fit, for lists, search, direct addresses, cart and re-order alike.
        """
        return self.with_fit(company).filter(is_fitting=True)

    def with_fit(self, company):
        """Adds is_fitting: whether the company may see and order the article."""
        made_for = Article.fits.through.objects.filter(
            article=OuterRef("pk"), product__in=company.licences.running().values("product")
        )
        # Once the contract has ended nothing new begins.
        open_to_it = Q(is_active=True) if not company.has_ended else Q(pk=None)
        return self.annotate(
            is_fitting=models.ExpressionWrapper(open_to_it & Exists(made_for), output_field=models.BooleanField())
        )

    def with_reason(self, company):
        """Adds fitting_products: names of the company's running products the article is made for."""
        licensed = Product.objects.filter(
            fitting_articles=OuterRef("pk"), pk__in=company.licences.running().values("product")
        )
        return self.annotate(
            fitting_products=ArraySubquery(licensed.order_by("number").values("name")),
        )

    def with_prices(self, company):
        """Adds own_prices to each article: the price rows that can apply to the company today."""
        rows = Price.objects.for_company(company).order_by("from_quantity", "net")
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
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="articles", verbose_name=_("category"), null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=40, default="Stück")
    list_price = models.DecimalField(_("list price, euro net"), max_digits=12, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT in per cent"), max_digits=4, decimal_places=1, default=Decimal("19.0"))
    fits = models.ManyToManyField(Product, related_name="fitting_articles", verbose_name=_("fits"), blank=True)
    grants = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grants a licence of")
    )
    is_active = models.BooleanField(_("active"), default=True)
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
            models.CheckConstraint(condition=Q(vat_rate__gte=0, vat_rate__lte=100), name="article_vat_per_cent"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="article_words"),
            GinIndex(fields=["normal"], name="article_normal", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["number_key"], name="article_number_key", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"


class PriceQuerySet(models.QuerySet):
    def for_company(self, company):
        """Prices that can apply to a company: its own and everybody's, valid today."""
        on = today()
        return self.filter(
            Q(company=company) | Q(company=None),
            Q(valid_from=None) | Q(valid_from__lte=on),
            Q(valid_until=None) | Q(valid_until__gte=on),
        )


class Price(models.Model):
    """A net price per unit from a quantity on, for one company or, without one, for all."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="prices", verbose_name=_("article"))
    company = models.ForeignKey(
        "accounts.Company", models.CASCADE, null=True, blank=True, related_name="prices", verbose_name=_("company")
    )
    from_quantity = models.PositiveIntegerField(_("from quantity"), default=1)
    net = models.DecimalField(_("price, euro net"), max_digits=12, decimal_places=2)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["article", "from_quantity"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "company", "from_quantity", "valid_from"],
                nulls_distinct=False,
                name="price_once_per_step",
            ),
            models.CheckConstraint(condition=Q(from_quantity__gte=1), name="price_quantity_positive"),
            models.CheckConstraint(condition=Q(net__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="price_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.article_id} ab {self.from_quantity}: {self.net}"
