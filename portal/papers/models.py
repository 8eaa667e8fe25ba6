import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.files import stored_name

KEPT = dt.timedelta(days=30)
# So many full calendar years somebody may want to know whether a paper is ours.
KNOWN_YEARS = 10


class PaperQuerySet(models.QuerySet):
    def ready(self):
        """Those whose file can be loaded."""
        return self.exclude(made_at=None).exclude(file="")

    def proofs(self):
        """Those that say who may do what, the newest first."""
        return self.filter(kind=Paper.Kind.ACCESS).exclude(made_at=None).order_by("-made_at")

    def over(self):
        """Those whose file has been kept long enough."""
        return self.ready().filter(made_at__lt=timezone.now() - KEPT)


class Paper(models.Model):
    """A dated PDF about a company that somebody asked for; made by the worker, and its hash outlives the file."""

    class Kind(models.TextChoices):
        HOLDINGS = "holdings", _("My holdings")
        DAY = "day", _("As it stood on a day")
        ACCESS = "access", _("Who may do what")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # The day it speaks of; empty is the day it was made.
    day = models.DateField(_("as of"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=5)
    # The rights whose matters stand in it, as they were when it was made: who loses one gets the file no more.
    rights = models.JSONField(default=list)
    # What it said, for the next one to be compared with; people stand in it by number alone.
    said = models.JSONField(null=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="papers")
    asked_at = models.DateTimeField(pgettext_lazy("data", "asked"), default=timezone.now)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name("papers"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "asked_by", "kind", "day"], condition=Q(made_at=None), nulls_distinct=False,
                name="paper_one_at_work",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["sha256"], name="paper_sha256")]

    def __str__(self):
        return f"{self.kind} {self.company_id} {self.asked_at:%Y-%m-%d}"

    @property
    def file_name(self):
        """What the file is called: "Mein Bestand 12345 2026-12-01.pdf"."""
        day = self.day or timezone.localdate(self.made_at)
        return f"{self.get_kind_display()} {self.company.number} {day:%Y-%m-%d}.pdf"
