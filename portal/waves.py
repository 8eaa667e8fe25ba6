"""The roll-out: which licence holders are invited in which wave, and what became of each."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.models import Invitation

from .mailbook import MailHandover


class Wave(models.Model):
    """Invitations that go out one after the other, as many in an hour as its pace says."""

    name = models.CharField(_("name"), max_length=120)
    pace = models.PositiveIntegerField(
        _("invitations per hour"), default=60, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    remind_after = models.PositiveIntegerField(
        _("reminder after days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    is_stopped = models.BooleanField(_("stopped"), default=False)
    made_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    # Of the page that it was begun from: two presses of the button begin one.
    key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("wave of invitations")
        verbose_name_plural = _("waves of invitations")
        ordering = ["-made_at"]

    def __str__(self):
        return self.name


class WaveMemberQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(sent_at=None, reason="")

    def sent(self):
        return self.exclude(sent_at=None)

    def with_state(self):
        """Each with `state`: one of waiting, left_out, in, bounced, opened, invited."""
        since = Q(made_at__gte=OuterRef("sent_at"), user=OuterRef("user"), topic="invitation")
        back = MailHandover.objects.filter(since, state__in=["bounced", "refused"])
        opens = Invitation.objects.filter(membership__user=OuterRef("user"), opened_at__gte=OuterRef("sent_at"))
        came = Q(user__last_login__gte=F("sent_at"))
        states = [
            When(sent_at=None, reason="", then=Value("waiting")),
            When(sent_at=None, then=Value("left_out")),
            When(came, then=Value("in")),
            When(Exists(back), then=Value("bounced")),
            When(Exists(opens), then=Value("opened")),
        ]
        return self.annotate(state=Case(*states, default=Value("invited"), output_field=models.CharField()))

    def counts(self):
        """{state: how many}, each member counted once."""
        found = self.with_state().order_by().values("state").annotate(count=Count("pk"))
        return {row["state"]: row["count"] for row in found}


class WaveMember(models.Model):
    """A licence holder in a wave; nobody is in two, whoever begins them at the same moment."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="members")
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    # Why no invitation went out when it was due, for staff.
    reason = models.CharField(max_length=300, default="", db_default="", blank=True, editable=False)

    objects = WaveMemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user"], name="wave_member_once")]
        indexes = [models.Index(fields=["wave", "sent_at"], name="wave_member_sent")]

    def __str__(self):
        return f"{self.wave_id} {self.company_id}"
