import hashlib
import secrets
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def new_secret():
    return secrets.token_urlsafe(32)


class ErpToken(models.Model):
    """A key to the JSON interface. Stored as a hash; the key itself is shown once."""

    class Scope(models.TextChoices):
        READ = "orders:read", _("read orders")
        WRITE = "orders:write", _("change the state of orders")
        DOCUMENTS = "documents:write", _("file documents")

    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("may"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("ERP token")
        verbose_name_plural = _("ERP tokens")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @classmethod
    def issue(cls, name, scopes):
        """Returns (row, key). The key is 256 random bits, so a plain hash is as good as a slow one."""
        key = secrets.token_urlsafe(32)
        return cls.objects.create(name=name, scopes=list(scopes), token_hash=hash_key(key)), key

    @classmethod
    def find(cls, key):
        """The valid row behind a key, or None."""
        wanted = hash_key(key)
        row = cls.objects.filter(token_hash=wanted, revoked_at=None).first()
        return row if row and constant_time_compare(row.token_hash, wanted) else None


def hash_key(key):
    return hashlib.sha256(key.encode()).hexdigest()


class ErpCall(models.Model):
    """A change the ERP asked for, with its answer: the same key once more gets the same answer and changes nothing."""

    token = models.ForeignKey(ErpToken, models.CASCADE, related_name="calls")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ERP call")
        verbose_name_plural = _("ERP calls")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="erp_call_once")]

    def __str__(self):
        return self.key


class Webhook(models.Model):
    """An address of the vendor's that is told when an order changes."""

    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(
        _("secret"), max_length=80, default=new_secret, help_text=_("Signs each call: HMAC-SHA256 over “time.body”.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_at = models.DateTimeField(_("last call"), null=True, editable=False)
    last_answer = models.CharField(_("last answer"), max_length=300, blank=True, editable=False)
    last_ok = models.BooleanField(_("answered well"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self):
        return self.url

    def clean(self):
        super().clean()
        if not self.url.startswith(("https://", "http://")):
            raise ValidationError({"url": _("Only addresses that begin with https:// or http://.")})

    def note(self, answer, *, ok):
        """How the last call went."""
        Webhook.objects.filter(pk=self.pk).update(last_at=timezone.now(), last_answer=answer[:300], last_ok=ok)


class WebhookCall(models.Model):
    """An event for one receiver: waits for its turn, the oldest first, and remembers how it went."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("webhook", "waiting")
        DELIVERED = "delivered", pgettext_lazy("webhook", "delivered")
        FAILED = "failed", pgettext_lazy("webhook", "given up")

    # Seconds after each try that failed: 27 hours in all, then staff decide.
    WAITS = [10, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600]

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="calls", verbose_name=_("webhook"))
    # {"id", "number", "state", "at"}: what is told.
    event = models.JSONField(_("event"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    made_at = models.DateTimeField(_("since"), default=timezone.now)
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    last_at = models.DateTimeField(_("last call"), null=True)
    last_answer = models.CharField(_("last answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["webhook", "id"], name="webhook_waiting", condition=models.Q(state="waiting"))]

    def __str__(self):
        return f"{self.event.get('number')} {self.event.get('state')}"

    @property
    def key(self):
        """The same in every try, so that a receiver takes two calls for one."""
        return f"{self.webhook_id}-{self.event['id']}"

    def note(self, answer, *, ok):
        """How a try went; after the last pause it is given up."""
        self.tries, self.last_at, self.last_answer = self.tries + 1, timezone.now(), answer[:300]
        if ok:
            self.state = self.State.DELIVERED
        elif self.tries > len(self.WAITS):
            self.state = self.State.FAILED
        else:
            self.next_at = self.last_at + timedelta(seconds=self.WAITS[self.tries - 1])
        self.save(update_fields=["tries", "last_at", "last_answer", "state", "next_at"])

    def send_again(self):
        """Staff want it told (again); by the next turn of its receiver."""
        self.state, self.tries, self.next_at = self.State.WAITING, 0, timezone.now()
        self.save(update_fields=["tries", "state", "next_at"])
