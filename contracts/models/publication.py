import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.files import stored_name

from .document import Document


class Publication(models.Model):
    """Documents for many companies at once: judged, looked at by staff, published by the worker, perhaps recalled."""

    class State(models.TextChoices):
        CHECKING = "checking", pgettext_lazy("publication", "is judged")
        CHECKED = "checked", _("waits for your word")
        PUBLISHING = "publishing", pgettext_lazy("publication", "is published")
        DONE = "done", pgettext_lazy("publication", "published")
        RECALLING = "recalling", pgettext_lazy("publication", "is recalled")
        RECALLED = "recalled", _("recalled")
        BROKEN = "broken", _("broken off")
        REFUSED = "refused", pgettext_lazy("export", "not usable")
        LEFT = "left", pgettext_lazy("publication", "not published")

    WORKING = [State.CHECKING, State.PUBLISHING, State.RECALLING]
    OPEN = [State.CHECKED, State.BROKEN, State.REFUSED]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("title"), max_length=200)
    # One file for all, or a ZIP with an index.
    is_package = models.BooleanField(_("ZIP with an index"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    # Where a broken one goes on.
    stage = models.CharField(max_length=10, choices=State.choices, editable=False)
    problem = models.CharField(_("reason"), max_length=500, blank=True)
    made_at = models.DateTimeField(pgettext_lazy("publication", "made"), default=timezone.now)
    # What was judged then is what staff were shown.
    checked_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(pgettext_lazy("run", "ended"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    by_name = models.CharField(_("by"), max_length=300, blank=True)
    tells = models.BooleanField(_("tell the licence holders by e-mail"), default=True)
    # The one file lies here once, and all its documents point at it; a package is gone when the work is over.
    file = models.FileField(upload_to=stored_name("documents"), max_length=200, blank=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    # Files of the package that no row names: how many, and the first of them.
    unnamed = models.JSONField(default=list, editable=False)
    recall = models.CharField(_("recalled as"), max_length=8, choices=Document.Recall.choices, blank=True)
    recall_reason = models.CharField(_("reason of the recall"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("publication for many companies")
        verbose_name_plural = _("publications for many companies")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["state", "made_at"], name="publication_state")]

    def __str__(self):
        return self.name

    @property
    def is_working(self):
        return self.state in self.WORKING

    def counts(self):
        """{state of an entry: how many}, with "version": those that follow a document that is filed already."""
        rows = self.entries.values("state").annotate(count=Count("pk"), later=Count("pk", filter=Q(version__gt=1)))
        found = {row["state"]: row["count"] for row in rows}
        found["version"] = sum(row["later"] for row in rows if row["state"] == PublicationEntry.State.WAITING)
        return found


class PublicationEntry(models.Model):
    """One document of a publication: for whom, what, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("publication", "to be published")
        REFUSED = "refused", pgettext_lazy("publication", "refused")
        SAME = "same", _("filed already, unchanged")
        DONE = "done", pgettext_lazy("publication", "published")
        LEFT_OUT = "left_out", _("left out")

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="entries")
    # Of the index, counted from 1.
    line = models.PositiveIntegerField(_("line"))
    company = models.ForeignKey("accounts.Company", models.CASCADE, null=True, related_name="+")
    # As it was typed.
    customer = models.CharField(_("customer number"), max_length=60)
    kind = models.CharField(_("kind"), max_length=3, choices=Document.Kind.choices, blank=True)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    dated_on = models.DateField(_("date"), null=True)
    source = models.CharField(_("file name"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    # Which version of its number it would be, or is.
    version = models.PositiveIntegerField(_("version"), default=1)
    problem = models.CharField(_("reason"), max_length=300, blank=True)
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="published_by", verbose_name=_("document")
    )

    class Meta:
        verbose_name = _("document of a publication")
        verbose_name_plural = _("documents of a publication")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["publication", "line"], name="publication_line_once")]
        indexes = [models.Index(fields=["publication", "state", "company"], name="publication_entries")]

    def __str__(self):
        return f"{self.line} {self.customer} {self.number}"
