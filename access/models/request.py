import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..rights import Right

# So long one's own answer can be taken back.
UNDO = timedelta(minutes=10)


class AccessRequestQuerySet(models.QuerySet):
    def answered_lately(self, person):
        """Those that somebody has answered in the last minutes and may still take back."""
        return self.filter(answered_by=person, answered_at__gt=timezone.now() - UNDO).exclude(is_granted=None)


class AccessRequest(models.Model):
    """Somebody asks for a right from a locked tile. One open request per person and right."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey("access.Membership", models.CASCADE, related_name="requests")
    right = models.CharField(_("right"), max_length=40, choices=Right.choices)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    is_granted = models.BooleanField(_("granted"), null=True)
    word = models.CharField(_("reason"), max_length=500, blank=True)
    # Unanswered for two weeks it falls to the vendor.
    escalated_at = models.DateTimeField(_("passed to the vendor"), null=True, blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "right"], condition=Q(answered_at=None), name="access_request_one_open"
            )
        ]

    def __str__(self):
        return f"{self.membership} → {self.get_right_display()}"

    @classmethod
    def of(cls, memberships):
        """Requests of some memberships, with the person."""
        return cls.objects.filter(membership__in=memberships).select_related("membership__user")
