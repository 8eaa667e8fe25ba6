from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .article import Article

MAX_QUANTITY = 9999


class Cart(models.Model):
    """What a person has gathered for one company, the same on all devices, never carried over to another company."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="carts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="carts")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="cart_once")]

    def __str__(self):
        return f"{self.company_id} {self.user_id}"


class CartLineQuerySet(models.QuerySet):
    def of(self, company, user):
        """The lines of a person's cart at a company."""
        return self.filter(cart__company=company, cart__user=user)


class CartLine(models.Model):
    """An article in a cart, with the unit price that was on screen when it was added or last confirmed."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    # For a rent: how many periods of the article's months, the quantity being seats; else 1.
    periods = models.PositiveSmallIntegerField(_("periods"), default=1, db_default=1)
    # A training is booked for a date; the names of who comes stand one per line, as many as the quantity.
    date = models.ForeignKey("shop.TrainingDate", models.CASCADE, null=True, blank=True, related_name="+")
    participants = models.TextField(blank=True, default="", db_default="")
    seen_price = models.DecimalField(_("price shown, euro net"), max_digits=12, decimal_places=2)
    # Months of one period as they were on screen; NULL for what is no rent, or was put in before rents had periods.
    seen_months = models.PositiveSmallIntegerField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    objects = CartLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "article", "date"], nulls_distinct=False, name="cart_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="cart_quantity_in_range"
            ),
            models.CheckConstraint(condition=Q(periods__gte=1), name="cart_periods_positive"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.article_id}"
