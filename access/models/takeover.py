import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.days import today


class TakeOver(models.Model):
    """The licence holder has left: somebody else becomes it, after a waiting period and the vendor's release."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OBJECTED = "objected", _("objection raised")
        RELEASED = "released", _("released")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("take-over", "withdrawn")

    OPEN = (State.WAITING, State.OBJECTED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="takeovers", verbose_name=_("company"))
    membership = models.ForeignKey(
        "access.Membership", models.SET_NULL, null=True, related_name="takeovers", verbose_name=_("new licence holder")
    )
    name = models.CharField(_("new licence holder"), max_length=300, blank=True, editable=False)
    reason = models.TextField(_("what has happened"), max_length=2000)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_by_name = models.CharField(_("started by"), max_length=300, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    # The last day on which somebody may object.
    objection_until = models.DateField(_("objection until"), editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_by_name = models.CharField(_("answered by"), max_length=300, blank=True, editable=False)
    word = models.TextField(_("reason"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("take-over")
        verbose_name_plural = _("take-overs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(state__in=["waiting", "objected"]), name="takeover_one_open"
            )
        ]

    def __str__(self):
        return f"{self.company}: {self.name}"

    @property
    def is_open(self):
        return self.state in self.OPEN

    @property
    def may_be_objected(self):
        return self.state == self.State.WAITING and today() <= self.objection_until

    @property
    def may_be_released(self):
        """Whether the waiting period is over without an objection."""
        return self.state == self.State.WAITING and today() > self.objection_until
