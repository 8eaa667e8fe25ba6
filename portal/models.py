from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .erp_runs.models import ErpExport, ErpRun
from .history.models import Change
from .mailbook import MailHandover as MailHandover
from .papers.models import Paper as Paper
from .waves import Wave as Wave
from .waves import WaveMember as WaveMember

__all__ = ["Change", "ErpExport", "ErpRow", "ErpRun", "LoginDay", "MailHandover", "Remembered", "Sweep", "Trouble"]


class ErpRow(models.Model):
    """What the ERP last said of a row of its export, so that the next import sees what changed."""

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=400)
    said = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="erp_row_once")]

    def __str__(self):
        return f"{self.table} {self.key}"


class TroubleManager(models.Manager):
    def note(self, work, row, reason, job=None):
        """Something went wrong (again)."""
        trouble, _is_new = self.get_or_create(work=work, row=row, defaults={"reason": reason, "job": job})
        self.filter(pk=trouble.pk).update(reason=reason, job=job, tries=F("tries") + 1, at=timezone.now())


class Trouble(models.Model):
    """What the worker could not do: a row of its periodic work, or a job that failed for good."""

    work = models.CharField(_("work"), max_length=120)
    # Which row, in the work's own words; "" for all of it.
    row = models.CharField(_("concerns"), max_length=200, default="", blank=True)
    job = models.BigIntegerField(_("job"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    since = models.DateTimeField(_("since"), default=timezone.now)
    at = models.DateTimeField(_("last"), default=timezone.now)

    objects = TroubleManager()

    class Meta:
        verbose_name = _("trouble")
        verbose_name_plural = _("troubles")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["work", "row"], name="trouble_once")]

    def __str__(self):
        return f"{self.work} {self.row}".strip()

    def try_again(self):
        """Put a job that failed back into the queue. Returns whether there was one; it says itself how it went."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select 1 from procrastinate_jobs where id = %s and status = 'failed' for update", [self.job]
            )
            found = cursor.fetchone() is not None
            if found:
                cursor.execute("select procrastinate_retry_job_v2(%s, now(), null, null, null)", [self.job])
                self.delete()
        return found


class LoginDay(models.Model):
    """How many logins a day had; nobody's name."""

    day = models.DateField(primary_key=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return str(self.day)

    @classmethod
    def note(cls, day):
        """One login more, whoever else logs in at this moment."""
        sql = """
            insert into portal_loginday as had (day, count) values (%s, 1)
            on conflict (day) do update set count = had.count + 1
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [day])


class Sweep(models.Model):
    """What the worker let go last of a table whose rows end; written by portal.lib.sweeping."""

    table = models.CharField(_("table"), max_length=100, primary_key=True)
    job = models.CharField(_("job"), max_length=100)
    at = models.DateTimeField(_("last run"))
    removed = models.PositiveBigIntegerField(_("removed then"))
    total = models.PositiveBigIntegerField(_("removed in all"))
    # What went wrong in the job; the rows stand among the troubles.
    error = models.CharField(_("failed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("clean-up")
        verbose_name_plural = _("clean-ups")
        ordering = ["job", "table"]

    def __str__(self):
        return self.table


class Remembered(models.Model):
    """A row of portal.lib.memory: something that holds until a time, and goes by nothing else."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.BinaryField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="remembered_until")]

    def __str__(self):
        return self.key
