from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today

from .article import Article


class TrainingDateQuerySet(models.QuerySet):
    def coming(self):
        """Dates that have not begun and were not called off, the next one first."""
        return self.filter(starts_at__gt=timezone.now(), is_called_off=False).order_by("starts_at", "pk")

    def with_taken(self):
        """Adds taken: seats that are booked."""
        return self.annotate(taken=Count("bookings", filter=Q(bookings__released_at=None)))


class TrainingDate(models.Model):
    """One date of a training, with its place and seats."""

    article = models.ForeignKey(
        Article,
        models.PROTECT,
        related_name="dates",
        verbose_name=_("training"),
        limit_choices_to={"kind": Article.Kind.TRAINING},
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, help_text=_("A town and room, or “online”."))
    seats = models.PositiveIntegerField(_("places"))
    # The last day on which a customer may cancel, all of it, Europe/Berlin.
    cancel_until = models.DateField(_("cancellation until"))
    is_called_off = models.BooleanField(_("called off"), default=False)

    objects = TrainingDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("training date")
        verbose_name_plural = _("training dates")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_ends_after_start"),
        ]
        indexes = [models.Index(fields=["article", "starts_at"], name="training_by_article")]

    def __str__(self):
        return f"{self.article_id} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M} {self.place}"

    @property
    def free(self):
        """Seats left; the row comes from .with_taken()."""
        return max(0, self.seats - self.taken)

    @property
    def has_begun(self):
        return self.starts_at <= timezone.now()

    @property
    def may_cancel(self):
        """Whether a customer may still give a seat back."""
        return today() <= self.cancel_until and not self.has_begun


class BookingQuerySet(models.QuerySet):
    def taken(self):
        """Seats that are booked and were not given back."""
        return self.filter(released_at=None)


class Booking(models.Model):
    """A seat at a training for a named person. Given back, it stays as a trace."""

    date = models.ForeignKey(TrainingDate, models.PROTECT, related_name="bookings", verbose_name=_("training date"))
    company = models.ForeignKey(
        "accounts.Company", models.PROTECT, related_name="training_bookings", verbose_name=_("company")
    )
    participant = models.CharField(_("participant"), max_length=200)
    # Orders stand above the shop: their number is copied.
    order_number = models.CharField(_("order number"), max_length=40, blank=True, db_index=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("booked by")
    )
    booked_at = models.DateTimeField(_("booked"), default=timezone.now)
    released_at = models.DateTimeField(_("given back"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["booked_at", "pk"]
        indexes = [models.Index(fields=["date"], name="booking_taken", condition=Q(released_at=None))]

    def __str__(self):
        return f"{self.date_id} {self.participant}"
