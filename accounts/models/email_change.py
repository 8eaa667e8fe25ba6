import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

UNDO_DAYS = 7


class EmailChangeQuerySet(models.QuerySet):
    def by_token(self, token):
        """The change that the link in the mail to the old address still undoes, or None."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        since = timezone.now() - timedelta(days=UNDO_DAYS)
        return self.filter(token_sha256=digest, undone_at=None, changed_at__gt=since).first()


class EmailChange(models.Model):
    """The address of an account was changed; for a week the old address can take that back (edge 17)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_changes")
    old = models.EmailField(_("before"))
    new = models.EmailField(_("after"))
    changed_at = models.DateTimeField(_("when"), default=timezone.now)
    token_sha256 = models.CharField(max_length=64, unique=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")

    def __str__(self):
        return f"{self.old} → {self.new}"

    @classmethod
    def note(cls, person, old, new):
        """Keep the change; returns the token of the link that undoes it, which is nowhere stored."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(user=person, old=old, new=new, token_sha256=hashlib.sha256(token.encode()).hexdigest())
        return token


def find_change(token):
    """The change that a link still undoes, or None."""
    return EmailChange.objects.by_token(token)
