import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SessionQuerySet(models.QuerySet):
    def alive(self, now=None):
        """Sessions that still let their person in: not over, not idle or open for too long (settings.SESSIONS)."""
        now, limits = now or timezone.now(), settings.SESSIONS
        kept = Q(is_kept=True, last_seen_at__gt=now - timedelta(days=limits["kept_idle_days"]))
        others = Q(is_kept=False, last_seen_at__gt=now - timedelta(hours=limits["idle_hours"]))
        longest = now - timedelta(days=limits["longest_days"])
        return self.filter(kept | others, expire_date__gt=now, created_at__gt=longest)


class Session(AbstractBaseSession):
    """A login on one device. Deleting the row logs the device out at its next click."""

    # What names a session on a page; the key itself would let its reader in.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last used"), default=timezone.now)
    ip = models.GenericIPAddressField(_("address in the network"), null=True)
    user_agent = models.CharField(_("program"), max_length=300)
    is_kept = models.BooleanField(_("stays logged in"), default=False)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls):
        from ..sessions import SessionStore

        return SessionStore
