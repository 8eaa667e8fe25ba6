from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today
from portal.lib.searching import IsAnyOf
from portal.lib.standing import Standing

from .article import Article


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


IDS = ArrayField(models.BigIntegerField())


def _own(company, articles):
    rows = Price.objects.for_company(company).filter(IsAnyOf("article", models.Value(articles, output_field=IDS)))
    return rows.order_by("from_quantity", "net")


OWN = Standing(_own, company=int, articles=list)


def add_prices(articles, company):
    """Adds own_prices to articles that are read already, as with_prices does. Gives them back. One query."""
    by_id = {article.pk: article for article in articles}
    for article in articles:
        article.own_prices = []
    for row in OWN(company=company.pk, articles=list(by_id)) if articles else ():
        by_id[row.article_id].own_prices.append(row)
    return articles
