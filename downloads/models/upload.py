import uuid
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .release import Release, ReleaseFile


class Upload(models.Model):
    """A program file on its way to a version: received in pieces, then checked by the worker, then published.

    The ReleaseFile is made only at the end, so there is never half a file to load.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("is being received")
        CHECKING = "checking", _("is being checked")
        DONE = "done", _("published")
        QUARANTINED = "quarantined", _("in quarantine")
        REFUSED = "refused", _("not taken")

    ABANDONED = timedelta(days=2)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, models.CASCADE, related_name="uploads", verbose_name=_("version"))
    title = models.CharField(_("program"), max_length=200)
    platform = models.CharField(_("platform"), max_length=80, blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    received = models.PositiveBigIntegerField(_("received, bytes"), default=0)
    # Of the whole file, as who sent it has reckoned; compared before anything is published. Empty: nobody said.
    sha256 = models.CharField(max_length=64, default="", db_default="", blank=True, editable=False)
    # The same file chosen again by the same person goes on where it stopped: the browser's word for when it changed.
    last_modified = models.CharField(max_length=40, blank=True, editable=False)
    # Name in the incoming folder, for a file that lay there already.
    incoming = models.CharField(_("from the incoming folder"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVING)
    problem = models.CharField(_("why it waits"), max_length=300, blank=True)
    file = models.OneToOneField(ReleaseFile, models.CASCADE, null=True, blank=True, related_name="upload")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    updated_at = models.DateTimeField(_("last piece"), default=timezone.now)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-started_at"]

    def __str__(self):
        return f"{self.release} {self.file_name}"

    @property
    def part(self):
        """Where the bytes lie until they are published."""
        return folder() / f"{self.pk.hex}.part"

    @property
    def stored_name(self):
        """The name in storage, the same in every try."""
        suffix = PurePosixPath(self.file_name).suffix.lower()
        safe = suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8 else ""
        return f"releases/{self.pk.hex[:2]}/{self.pk.hex}{safe}"


def folder():
    path = Path(settings.DATA_DIR) / "uploads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def quarantine():
    path = Path(settings.DATA_DIR) / "quarantine"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
