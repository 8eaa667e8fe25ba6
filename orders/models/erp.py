import hashlib
import secrets

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _


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
        """Remember how the last call went."""
        Webhook.objects.filter(pk=self.pk).update(last_at=timezone.now(), last_answer=answer[:300], last_ok=ok)
