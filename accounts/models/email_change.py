import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

UNDO_DAYS = 7


class EmailChangeQuerySet(models.QuerySet):
    def by_token(self, token):
        """The change that the link in the mail to the old address still undoes, or None."""
        since = timezone.now() - timedelta(days=UNDO_DAYS)
        return self.filter(token_sha256=_digest(token), undone_at=None, changed_at__gt=since).first()

    def waiting(self):
        """Asked for, and not confirmed yet."""
        return self.filter(changed_at=None)


class EmailChange(models.Model):
    """The address of an account is to be changed, or was; for a week the old address can take that back (edge 17)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_changes")
    old = models.EmailField(_("before"))
    new = models.EmailField(_("after"))
    # When, and in which session (its public id), somebody asked for it.
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now, null=True, editable=False)
    asked_in = models.UUIDField(null=True, editable=False)
    # None: not confirmed yet.
    changed_at = models.DateTimeField(_("when"), default=timezone.now, null=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    undone_at = models.DateTimeField(pgettext_lazy("change", "taken back"), null=True, blank=True)

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")

    def __str__(self):
        return f"{self.old} → {self.new}"

    @classmethod
    def ask(cls, person, new, session):
        """Keep that a person asks for another address; it replaces what was asked for before, but not the day of that.

        The earlier day counts when the change is undone: whoever asks again and again is no newer for it.
        """
        before = person.email_changes.waiting().order_by("asked_at").first()
        person.email_changes.waiting().delete()
        asked_at = before.asked_at if before else timezone.now()
        cls.objects.create(
            user=person, old=person.email or "", new=new, asked_at=asked_at, asked_in=session, changed_at=None,
            token_sha256=_digest(secrets.token_urlsafe(32)),
        )  # fmt: skip

    @classmethod
    def note(cls, person, old, new):
        """The change is made. Returns the token of the link that undoes it, which is nowhere stored."""
        token = secrets.token_urlsafe(32)
        change = person.email_changes.waiting().filter(new__iexact=new).first() or cls(user=person)
        change.old, change.new, change.changed_at, change.token_sha256 = old, new, timezone.now(), _digest(token)
        change.save()
        return token

    @property
    def suspect_since(self):
        """From when on somebody else may have been in: second factors since then are not the owner's for certain."""
        return (self.asked_at or self.changed_at) - timedelta(days=UNDO_DAYS)


def _digest(token):
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find_change(token):
    """The change that a link still undoes, or None."""
    return EmailChange.objects.by_token(token)
