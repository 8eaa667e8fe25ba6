"""The book of all mails: on their way, gone out, refused, come back; what they said, without what it opened."""

from datetime import timedelta
from email.utils import getaddresses

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.lib.constraints import parts_of
from portal.lib.mail import queue


class Topic(models.TextChoices):
    INVITATION = "invitation", _("Invitations")
    ACCESS = "access", _("Access and permissions")
    LOGIN = "login", _("Login and account")
    ORDER = "order", _("Orders")
    DOCUMENT = "document", _("Documents")
    DOWNLOAD = "download", _("Downloads")
    SUPPORT = "support", _("Support")
    OTHER = "other", _("Other")

    @classmethod
    def of(cls, kind):
        """By the template's place."""
        if kind.startswith("access/mail/invitation"):
            return cls.INVITATION
        return BY_APP.get(kind.split("/")[0], cls.OTHER)


BY_APP = {
    "access": Topic.ACCESS, "account": Topic.LOGIN, "accounts": Topic.LOGIN, "mfa": Topic.LOGIN,
    "orders": Topic.ORDER, "shop": Topic.ORDER, "contracts": Topic.DOCUMENT, "downloads": Topic.DOWNLOAD,
    "support": Topic.SUPPORT,
}  # fmt: skip
# Who reads it, and whose matter it is, have columns of their own.
NOT_ABOUT = {"accounts.User", "accounts.Company", "access.Membership"}


class MailHandoverManager(models.Manager):
    def about(self, story):
        """The columns that say what a mail is about, for a portal.lib.letters.Story."""
        rows = {name: row for name, row in story.context.items() if isinstance(row, models.Model) and row.pk}
        reader = next((row for name in ("reader", "user") if _is(row := rows.get(name), "accounts.User")), None)
        thing = next((row for row in rows.values() if row._meta.label not in NOT_ABOUT), None)
        companies = [row.pk for row in rows.values() if _is(row, "accounts.Company")]
        companies += [row.company_id for row in rows.values() if getattr(row, "company_id", None)]
        return {
            "kind": story.kind[:100],
            "topic": Topic.of(story.kind),
            "subject": story.subject[:300],
            "text": story.text,
            "is_secret": story.is_secret,
            "user_id": reader.pk if reader else None,
            "company_id": companies[0] if companies else None,
            "about_table": thing._meta.label_lower if thing else "",
            "about_key": str(thing.pk)[:40] if thing else "",
        }

    def of_company(self, company):
        """What was mailed about a company, the newest first."""
        return self.filter(company=company)

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
        """Those of the addresses whose last mail was refused for good or came back, in small letters."""
        wanted = {address.lower() for address in addresses if address}
        since = timezone.now() - timedelta(days=90)
        last = {}
        states = ["refused", "bounced", "sent"]
        for row in self.filter(address__in=wanted, at__gte=since, state__in=states).order_by("at"):
            last[row.address] = row.state
        return {address for address, state in last.items() if state != "sent"}

    def forget(self, before):
        """Let go what is older than a moment; what waits for a decision stays, without its words."""
        old = self.filter(made_at__lt=before)
        old.filter(state__in=["sent", "settled", "handing"]).delete()
        kept = old.filter(state__in=MailHandover.OPEN).exclude(raw=None, text="")
        kept.update(raw=None, text="", subject="", user=None)

    def forget_links(self, before):
        """One-time links in what could not be sent are over by then."""
        old = self.filter(made_at__lt=before, is_secret=True, state__in=MailHandover.OPEN)
        old.exclude(raw=None).update(raw=None)


def _is(row, label):
    return row is not None and row._meta.label == label


class MailHandover(models.Model):
    """A mail of the portal: remembered, so that none goes out twice, none is lost unseen, and staff can look it up."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HANDING = "handing", _("being handed over")
        SENT = "sent", _("handed over")
        UNCLEAR = "unclear", _("unclear: sent or not")
        REFUSED = "refused", _("refused")
        BOUNCED = "bounced", _("came back")
        SETTLED = "settled", _("settled by staff")

    OPEN = [State.UNCLEAR, State.REFUSED, State.BOUNCED]
    # What another mail about the same is called by.
    TOLD = ["kind", "topic", "subject", "text", "is_secret", "user_id", "company_id", "about_table", "about_key"]

    key = models.UUIDField(primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    recipients = models.JSONField(_("to"), default=list)
    # The first reader in small letters, to find what became of the mails to one address.
    address = models.CharField(_("to"), max_length=254, default="", db_default="", editable=False)
    sender = models.CharField(max_length=254, default="", db_default="", editable=False)
    reason = models.CharField(_("reason"), max_length=300, default="", db_default="", blank=True)
    at = models.DateTimeField(_("last news"), auto_now=True)
    # The message itself: while it may have to be sent, and where nothing in it opens anything, as long as the row.
    raw = models.BinaryField(null=True, editable=False)

    made_at = models.DateTimeField(_("date"), default=timezone.now, db_default=Now(), editable=False)
    message_id = models.CharField(max_length=250, default="", db_default="", editable=False)
    kind = models.CharField(max_length=100, default="", db_default="", editable=False)
    topic = models.CharField(
        _("topic"), max_length=12, choices=Topic.choices, default=Topic.OTHER, db_default="other", editable=False
    )
    subject = models.CharField(_("subject"), max_length=300, default="", db_default="", editable=False)
    text = models.TextField(_("text"), default="", db_default="", editable=False)
    is_secret = models.BooleanField(default=False, db_default=False, editable=False)
    # Without a constraint of the database: writing a mail locks nobody. Their indexes have the moment beside them.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", db_index=False,
        db_constraint=False, verbose_name=_("person"),
    )  # fmt: skip
    company = models.ForeignKey(
        "accounts.Company", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False,
        db_constraint=False, verbose_name=_("company"),
    )  # fmt: skip
    # "orders.order" and the key of a row there.
    about_table = models.CharField(max_length=60, default="", db_default="", editable=False)
    about_key = models.CharField(max_length=40, default="", db_default="", editable=False)
    again_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="repeats", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    sent_by = models.CharField(_("sent again by"), max_length=300, default="", db_default="", editable=False)

    objects = MailHandoverManager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["state", "at"], name="mail_handover_state"),
            models.Index(fields=["address", "at"], name="mail_handover_address"),
            models.Index(fields=["made_at"], name="mail_made"),
            models.Index(fields=["topic", "made_at"], name="mail_topic"),
            models.Index(fields=["company", "made_at"], condition=~Q(company=None), name="mail_company"),
            models.Index(fields=["user", "made_at"], condition=~Q(user=None), name="mail_user"),
            models.Index(fields=["again_of"], condition=~Q(again_of=None), name="mail_again_of"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="mail_message_id"),
            *parts_of("mail", "address", "subject"),
        ]

    def __str__(self):
        return self.subject or ", ".join(self.recipients)

    def save(self, **kwargs):
        self.address = self.recipients[0].lower()[:254] if self.recipients else ""
        super().save(**kwargs)

    def begin(self):
        """The last byte is about to go out."""
        self._become(self.State.HANDING)

    def finish(self):
        """The server has taken it. What opens something is forgotten now; the rest can be sent again."""
        if self.is_secret or not self.kind:
            self.raw = None
        self._become(self.State.SENT)

    def refuse(self, reason, *, is_final, has_said_no=True):
        """The server said no, or nothing. Returns whether it is over; staff are shown it then."""
        # Without an answer to the last byte it may have gone out: the next try finds it as being handed over.
        if self.state == self.State.WAITING or has_said_no:
            self._become(self.State.REFUSED if is_final else self.State.WAITING, reason)
        return is_final

    def bounce(self, reason):
        """Another mail server sent it back."""
        if self.state in (self.State.SENT, self.State.UNCLEAR, self.State.HANDING):
            self._become(self.State.BOUNCED, reason)

    def _become(self, state, reason=""):
        self.state, self.reason = state, " ".join(reason.split())[:300]
        self.save(update_fields=["state", "reason", "raw", "at"])

    def settle(self, *, again):
        """Staff decide about an unclear, refused or bounced one: send it again, or leave it."""
        raw = bytes(self.raw or b"")
        self.raw = None
        self._become(self.State.SETTLED, self.reason)
        if again and raw:
            self.queue_again(raw)

    def queue_again(self, raw, **more):
        """The same words to the same readers as a mail of its own; returns its row."""
        sender = getaddresses([self.sender or settings.DEFAULT_FROM_EMAIL])[0][1]
        told = {name: getattr(self, name) for name in self.TOLD}
        return queue(raw, sender, self.recipients, **told, again_of=self, **more)
