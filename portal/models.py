import base64
import uuid
from email.utils import getaddresses

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.mail import deliver


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
    def is_settled(self, key, raw, recipients):
        """Whether this message must not be sent (again).

        One that a dead worker was just handing over may have gone out or not: it becomes unclear, with its text, for
        staff to look at.
        """
        row = self.filter(pk=key).first()
        if row is None:
            return False
        if row.state == row.State.HANDING:
            row.state, row.raw = row.State.UNCLEAR, raw
            row.save(update_fields=["state", "raw"])
        return True

    def begin(self, key, recipients):
        """The last byte is about to go out."""
        self.create(pk=key, recipients=recipients)

    def finish(self, key, recipients):
        """The server has taken it."""
        self.update_or_create(pk=key, defaults={"state": MailHandover.State.SENT, "recipients": recipients})


class MailHandover(models.Model):
    """A mail on the mail server's doorstep: remembered, so that none goes out twice and none is lost unseen."""

    class State(models.TextChoices):
        HANDING = "handing", _("being handed over")
        SENT = "sent", _("sent")
        UNCLEAR = "unclear", _("unclear: sent or not")
        SETTLED = "settled", _("settled by staff")

    key = models.UUIDField(primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HANDING)
    recipients = models.JSONField(_("recipients"), default=list)
    at = models.DateTimeField(_("when"), auto_now=True)
    # The message itself, only while it is unclear.
    raw = models.BinaryField(null=True, editable=False)

    objects = MailHandoverManager()

    class Meta:
        verbose_name = _("mail handed over")
        verbose_name_plural = _("mails handed over")
        ordering = ["-at"]
        indexes = [models.Index(fields=["state", "at"], name="mail_handover_state")]

    def __str__(self):
        return ", ".join(self.recipients)

    def settle(self, *, again):
        """Staff decide about an unclear one: send it again, or leave it."""
        raw, sender = bytes(self.raw or b""), settings.DEFAULT_FROM_EMAIL
        self.state, self.raw = self.State.SETTLED, None
        self.save(update_fields=["state", "raw"])
        if again and raw:
            deliver.defer(
                raw=base64.b64encode(raw).decode(),
                sender=getaddresses([sender])[0][1],
                recipients=self.recipients,
                key=str(uuid.uuid4()),
            )


class Remembered(models.Model):
    """A row of portal.lib.memory: something that holds until a time, and goes by nothing else."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.BinaryField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="remembered_until")]

    def __str__(self):
        return self.key
