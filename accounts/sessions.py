"""Sessions in the database that know their person and device: the list under "Mein Konto" is the table itself."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ua_parser import parse

from portal.lib.standing import Standing

if TYPE_CHECKING:
    from .models import Session, User

# How exact "last used" is; a write for every click would cost each page a query.
EVERY = timedelta(minutes=5)


def _session(key: str) -> QuerySet["Session"]:
    return SessionStore.get_model_class().objects.alive().filter(session_key=key)


# Every page asks for its session.
SESSION = Standing(_session, key=str)


class SessionStore(DatabaseStore):
    """Django's own, with person, device and times in the row; idle and too old sessions are none."""

    row: "Session | None" = None
    # (address in the network, program) of the request at hand, as the middleware sets it.
    device: tuple[str | None, str] | None = None

    @classmethod
    def get_model_class(cls) -> type["Session"]:
        from .models import Session

        return Session

    def _get_session_from_db(self) -> "Session | None":
        found = SESSION(key=self.session_key)
        self.row = found[0] if found else None
        if self.row is None:
            self._session_key = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> "Session":
        row = cast("Session", super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        row.is_kept = bool(data.get("_session_expiry"))
        if self.row is not None and self.row.session_key == row.session_key:
            row.created_at, row.last_seen_at = self.row.created_at, self.row.last_seen_at
            row.ip, row.user_agent, row.public_id = self.row.ip, self.row.user_agent, self.row.public_id
        if self.device:
            row.ip, row.user_agent = self.device
        self.row = row
        return row

    def seen(self) -> None:
        """Note where the session is used from, at most every few minutes or when that changes."""
        row, now = self.row, timezone.now()
        if row is None or self.device is None or row.session_key != self.session_key:
            return
        if (row.ip, row.user_agent) == self.device and now - row.last_seen_at < EVERY:
            return
        row.last_seen_at, (row.ip, row.user_agent) = now, self.device
        self.get_model_class().objects.filter(pk=row.pk).update(last_seen_at=now, ip=row.ip, user_agent=row.user_agent)


def sessions_of(person: "User") -> list["Session"]:
    """The person's living sessions, last used first; those from before a change of password are none."""
    known = {person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()}
    rows = person.sessions.alive().order_by("-last_seen_at")
    return [row for row in rows if row.get_decoded().get(HASH_SESSION_KEY) in known]


def end_sessions(person: "User", *, but: Iterable[UUID] = (), only: UUID | None = None) -> int:
    """Log a person out everywhere, everywhere but in some sessions, or in one only, each by its public id.

    Returns how many sessions have ended. What else ends with a login: accounts.closing.
    """
    rows = person.sessions.filter(public_id=only) if only else person.sessions.exclude(public_id__in=list(but))
    return rows.delete()[0]


def public_id_of(request: HttpRequest) -> UUID | None:
    """The public id of the session at hand, or None where there is no stored one."""
    row = cast(SessionStore, request.session).row
    return row.public_id if row else None


def device_name(user_agent: str) -> str:
    """ "Firefox, Windows": program and system as the browser gives itself out; "" where it says nothing known."""
    found = parse(user_agent)
    parts = (found.user_agent, found.os)
    return ", ".join(part.family for part in parts if part and part.family != "Other")


def network_address(request: HttpRequest) -> str | None:
    """The client's address in the network behind our own proxies (settings.ALLAUTH_TRUSTED_PROXY_COUNT), or None."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None
