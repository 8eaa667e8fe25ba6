import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.files import stored_name


class ErpRunQuerySet(models.QuerySet):
    def waiting(self):
        """Those on which staff have to say something."""
        return self.filter(state__in=ErpRun.OPEN)

    def nights(self):
        return self.filter(is_night=True)


class ErpRun(models.Model):
    """One export of the ERP on its way into the portal: packed, tried out, imported, each in the worker."""

    class State(models.TextChoices):
        PACKING = "packing", _("is fetched from the folder")
        CHECKING = "checking", _("is tried out")
        CHECKED = "checked", _("waits for your word")
        IMPORTING = "importing", _("is imported")
        DONE = "done", _("imported")
        BROKEN = "broken", _("broken off")
        REFUSED = "refused", pgettext_lazy("export", "not usable")
        LEFT = "left", pgettext_lazy("export", "not imported")

    class Alarm(models.TextChoices):
        MISSING = "missing", _("the night's export is missing")
        EMPTY = "empty", _("the night's export is empty")
        SMALL = "small", _("the night's export is far smaller than the last one")

    WORKING = [State.PACKING, State.CHECKING, State.IMPORTING]
    OPEN = [State.CHECKED, State.BROKEN, State.REFUSED]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("package"), max_length=200)
    is_night = models.BooleanField(_("of the night"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    # Where a broken run goes on.
    stage = models.CharField(max_length=10, choices=State.choices, editable=False)
    alarm = models.CharField(_("alarm"), max_length=10, choices=Alarm.choices, blank=True)
    problem = models.CharField(_("reason"), max_length=500, blank=True)
    began_at = models.DateTimeField(pgettext_lazy("run", "begun"), default=timezone.now)
    ended_at = models.DateTimeField(pgettext_lazy("run", "ended"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    by_name = models.CharField(_("by"), max_length=300, blank=True)
    # Kept until the run is over: another host may do the work.
    file = models.FileField(upload_to=stored_name("erp-packages"), max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    # The newest moment of a file in the night's folder: the same again means that no export came.
    stamp = models.DateTimeField(null=True, editable=False)
    # By file, in the order of the import: counts, examples, reasons (running.told_of).
    tried = models.JSONField(default=list, editable=False)
    result = models.JSONField(default=list, editable=False)
    # {"file": …, "rows": …, "done": number of tables}, while it works.
    progress = models.JSONField(default=dict, editable=False)
    report = models.FileField(upload_to=stored_name("erp-reports"), max_length=200, blank=True, editable=False)
    report_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = ErpRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import from the ERP")
        verbose_name_plural = _("imports from the ERP")
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["state", "began_at"], name="erp_run_state")]

    def __str__(self):
        return f"{self.name} {timezone.localtime(self.began_at):%d.%m.%Y %H:%M}"

    @property
    def is_working(self):
        return self.state in self.WORKING

    @property
    def tables(self):
        """What it did, or would do."""
        return self.result or self.tried


class ErpExport(models.Model):
    """All tables as the ERP writes them, made by the worker for one person, and gone after a week."""

    KEPT_DAYS = 7

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    by_name = models.CharField(_("by"), max_length=300)
    with_files = models.BooleanField(_("with documents and programs"), default=False)
    asked_at = models.DateTimeField(pgettext_lazy("data", "asked"), default=timezone.now)
    ready_at = models.DateTimeField(_("ready"), null=True)
    problem = models.CharField(_("reason"), max_length=300, blank=True)
    file = models.FileField(upload_to=stored_name("erp-exports"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        verbose_name = _("export in the ERP's form")
        verbose_name_plural = _("exports in the ERP's form")
        ordering = ["-asked_at"]
        # Master data of all customers: who may look at them one by one may not carry them away.
        permissions = [("take_erpexport", "Can take all tables away")]

    def __str__(self):
        return f"{self.by_name} {timezone.localtime(self.asked_at):%d.%m.%Y %H:%M}"
