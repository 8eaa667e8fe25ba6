from datetime import timedelta
from email.utils import getaddresses

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.lib.mail import queue

from .erp_runs.models import ErpExport, ErpRun

__all__ = ["ErpExport", "ErpRow", "ErpRun", "LoginDay", "MailHandover", "Remembered", "Trouble"]


class ErpRow(models.Model):
    """What the ERP last said of a row of its export, so that the next import sees what changed."""

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=400)
    said = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="erp_row_once")]

    def __str__(self):
        return f"{self.table} {self.key}"


class MailHandoverManager(models.Manager):
    def to_send(self, key, raw=None, sender="", recipients=None):
        """The mail behind a key that is still to be sent, or None.

        One that a dead worker was just handing over may have gone out or not: it becomes unclear, for staff to look at.
        raw and what follows: of a mail that was queued without a row.
        """
        row = self.filter(pk=key).first()
        if row is None:
            return None if raw is None else self.create(pk=key, raw=raw, sender=sender, recipients=recipients or [])
        if row.state == row.State.HANDING:
            row.state, row.raw = row.State.UNCLEAR, row.raw or raw
            row.save(update_fields=["state", "raw", "at"])
        return row if row.state == row.State.WAITING else None

    def overlooked(self, before):
        """Mails that wait since before a moment although no job is about to send them."""
        jobs = ProcrastinateJob.objects.filter(task_name="deliver", status__in=["todo", "doing"])
        sending = jobs.annotate(key=KeyTextTransform("key", "args")).filter(
            key=Cast(OuterRef("pk"), models.TextField())
        )
        return self.filter(state="waiting", at__lt=before).exclude(Exists(sending))

    def refused_of(self, addresses):
        """Those of the addresses whose last mail the mail server refused for good, in small letters."""
        wanted = {address.lower() for address in addresses if address}
        since = timezone.now() - timedelta(days=90)
        last = {}
        for row in self.filter(address__in=wanted, at__gte=since, state__in=["refused", "sent"]).order_by("at"):
            last[row.address] = row.state
        return {address for address, state in last.items() if state == "refused"}


class MailHandover(models.Model):
    """A mail on its way to the mail server: remembered, so that none goes out twice and none is lost unseen."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HANDING = "handing", _("being handed over")
        SENT = "sent", _("sent")
        UNCLEAR = "unclear", _("unclear: sent or not")
        REFUSED = "refused", _("refused")
        SETTLED = "settled", _("settled by staff")

    OPEN = [State.UNCLEAR, State.REFUSED]

    key = models.UUIDField(primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    recipients = models.JSONField(_("recipients"), default=list)
    # The first reader in small letters, to find what became of the mails to one address.
    address = models.CharField(max_length=254, default="", db_default="", editable=False)
    sender = models.CharField(max_length=254, default="", db_default="", editable=False)
    reason = models.CharField(_("reason"), max_length=300, default="", db_default="", blank=True)
    at = models.DateTimeField(_("when"), auto_now=True)
    # The message itself, only while it may have to be sent.
    raw = models.BinaryField(null=True, editable=False)

    objects = MailHandoverManager()

    class Meta:
        verbose_name = _("mail handed over")
        verbose_name_plural = _("mails handed over")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["state", "at"], name="mail_handover_state"),
            models.Index(fields=["address", "at"], name="mail_handover_address"),
        ]

    def __str__(self):
        return ", ".join(self.recipients)

    def save(self, **kwargs):
        self.address = self.recipients[0].lower()[:254] if self.recipients else ""
        super().save(**kwargs)

    def begin(self):
        """The last byte is about to go out."""
        self._become(self.State.HANDING)

    def finish(self):
        """The server has taken it."""
        self.raw = None
        self._become(self.State.SENT)

    def refuse(self, reason, *, is_final, has_said_no=True):
        """The server said no, or nothing. Returns whether it is over; staff are shown it then."""
        # Without an answer to the last byte it may have gone out: the next try finds it as being handed over.
        if self.state == self.State.WAITING or has_said_no:
            self._become(self.State.REFUSED if is_final else self.State.WAITING, reason)
        return is_final

    def _become(self, state, reason=""):
        self.state, self.reason = state, " ".join(reason.split())[:300]
        self.save(update_fields=["state", "reason", "raw", "at"])

    def settle(self, *, again):
        """Staff decide about an unclear or refused one: send it again, or leave it."""
        raw, sender = bytes(self.raw or b""), self.sender or settings.DEFAULT_FROM_EMAIL
        self.raw = None
        self._become(self.State.SETTLED, self.reason)
        if again and raw:
            queue(raw, getaddresses([sender])[0][1], self.recipients)


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


class Remembered(models.Model):
    """A row of portal.lib.memory: something that holds until a time, and goes by nothing else."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.BinaryField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="remembered_until")]

    def __str__(self):
        return self.key
