from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccessReview(models.Model):
    """A company looks at every access once: "Are these still right?" Closed when each person is decided."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="access_reviews")
    opened_at = models.DateTimeField(pgettext_lazy("review", "opened"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(pgettext_lazy("review", "closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_by_name = models.CharField(_("closed by"), max_length=300, blank=True)
    # The dated proof, written once when the review is closed.
    file = models.FileField(upload_to="access-reviews", blank=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["sha256"], name="access_review_sha256")]
        constraints = [
            models.UniqueConstraint(fields=["company"], condition=Q(closed_at=None), name="access_review_one_open")
        ]

    def __str__(self):
        return f"{self.company} {self.opened_at:%d.%m.%Y}"


class ReviewedPerson(models.Model):
    """One person in a review, with what they had then. Copied, so that the proof stays true."""

    class Verdict(models.TextChoices):
        KEPT = "kept", _("still right")
        ENDED = "ended", _("access ended")

    review = models.ForeignKey(AccessReview, models.CASCADE, related_name="people")
    membership = models.ForeignKey("access.Membership", models.SET_NULL, null=True, related_name="reviewed")
    name = models.CharField(_("name"), max_length=300)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    # Codenames of the rights, and the last login, as they were when it was decided.
    rights = models.JSONField(_("permissions"), default=list)
    last_login = models.DateTimeField(_("last login"), null=True)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by_name = models.CharField(_("decided by"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reviewed person")
        verbose_name_plural = _("reviewed people")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "membership"], condition=Q(membership__isnull=False), name="reviewed_person_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None) | ~Q(verdict="") & Q(decided_at__isnull=False),
                name="reviewed_person_decided_when",
            ),
        ]

    def __str__(self):
        return self.name
