"""Devices on which somebody has logged in before. Wrong tries of others do not count against them.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies": the cookie opens nothing, it only gives its
device tries of its own. It is signed, holds no name, and needs no consent (§ 25 (2) no. 2 TDDDG: it keeps the login
safe).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from .models import User

SALT = "accounts.devices"
LASTS = 365 * 24 * 3600
# A counter at which many colleagues work; who was there longest ago is forgotten first.
PEOPLE = 12


def known_as(request: HttpRequest, person: User, *, fully: bool = False) -> str:
    """What the device is called for a person who has logged in on it; "" for any other.

    fully: with the second factor too; a new password by the link in the mail proves no more than the mailbox.
    """
    name, is_full = _read(request).get(_tag(person), ("", False))
    return name if is_full or not fully else ""


def note_login(request: HttpRequest, person: User, *, fully: bool) -> None:
    """Have the answer to this request remember the device (accounts.middleware.SessionDevice)."""
    request.known_device = (person, fully)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie where somebody has logged in with this request."""
    person, fully = getattr(request, "known_device", (None, False))
    if person is None:
        return
    people = _read(request)
    name, was_full = people.pop(_tag(person), (secrets.token_urlsafe(12), False))
    people[_tag(person)] = (name, fully or was_full)
    newest = dict(list(people.items())[-PEOPLE:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(newest, salt=SALT),
        max_age=LASTS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _tag(person: User) -> str:
    return salted_hmac(SALT, str(person.pk), algorithm="sha256").hexdigest()[:20]


def _read(request: HttpRequest) -> dict[str, tuple[str, bool]]:
    try:
        people = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return {}
    return {tag: (name, is_full) for tag, (name, is_full) in people.items()}
