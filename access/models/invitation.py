import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _


def hash_token(token):
    """What is stored of a one-time token: a keyed hash, useless to who reads the table."""
    return salted_hmac("access.invitation", token, algorithm="sha256").hexdigest()


class Invitation(models.Model):
    """A one-time link that lets an invited person in. The newest one of a membership counts."""

    VALID_DAYS = 7

    membership = models.ForeignKey("access.Membership", models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    # When its page was first asked for; some mail servers do that by themselves.
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at", "-pk"]

    def __str__(self):
        return f"{self.membership} {self.sent_at:%d.%m.%Y}"

    @classmethod
    def issue(cls, membership, *, by):
        """A new link for an invited person; earlier ones die. Returns (invitation, token); the token is shown once."""
        now = timezone.now()
        membership.invitations.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
        token = secrets.token_urlsafe(32)
        invitation = cls.objects.create(
            membership=membership,
            token_hash=hash_token(token),
            invited_by=by,
            sent_at=now,
            expires_at=now + timedelta(days=cls.VALID_DAYS),
        )
        return invitation, token

    @classmethod
    def find(cls, token):
        """The invitation behind a link, used or expired ones too, or None."""
        wanted = hash_token(token)
        found = cls.objects.select_related("membership__company", "membership__user").filter(token_hash=wanted).first()
        return found if found and constant_time_compare(found.token_hash, wanted) else None

    def note_opened(self):
        """Its page was shown; the first time counts."""
        type(self).objects.filter(pk=self.pk, opened_at=None).update(opened_at=timezone.now())

    @property
    def is_usable(self):
        return self.used_at is None and self.expires_at > timezone.now()
