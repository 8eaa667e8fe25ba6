from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .article import Article
from .cart import MAX_QUANTITY


class ShoppingListQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person's own lists and those that colleagues share."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def with_count(self):
        """Adds count: how many articles stand on it."""
        return self.annotate(count=models.Count("lines"))


class ShoppingList(models.Model):
    """Articles that a company orders again and again: a person's own, or shared with all colleagues who may order."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="shopping_lists")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shopping_lists")
    name = models.CharField(_("name"), max_length=80)
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ShoppingListQuerySet.as_manager()

    class Meta:
        verbose_name = _("shopping list")
        verbose_name_plural = _("shopping lists")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["company", "owner", "name"], name="list_name_once")]

    def __str__(self):
        return self.name


class ListLine(models.Model):
    """An article on a shopping list, with the usual quantity."""

    list = models.ForeignKey(ShoppingList, models.CASCADE, related_name="lines")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    # For a rent: how many periods, the quantity being seats; else 1.
    periods = models.PositiveSmallIntegerField(_("periods"), default=1, db_default=1)

    class Meta:
        verbose_name = _("list line")
        verbose_name_plural = _("list lines")
        ordering = ["article__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["list", "article"], name="list_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="list_quantity_in_range"
            ),
            models.CheckConstraint(condition=Q(periods__gte=1), name="list_periods_positive"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.article_id}"
