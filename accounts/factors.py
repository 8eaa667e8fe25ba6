"""Second factors: a code of the authenticator app counts once, and never again (RFC 6238, section 5.2)."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

from portal.lib.tiles import CountOf

from .models import User

LAST = "last_step"


def factor_of(person: User, code: str) -> Authenticator | None:
    """The app or the recovery codes that a code belongs to, or None; the code is used up by that."""
    for factor in Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.WEBAUTHN):
        is_app = factor.type == Authenticator.Type.TOTP
        if _use_step(factor, code) if is_app else factor.wrap().validate_code(code):
            factor.refresh_from_db()
            factor.user = person
            return factor
    return None


def step_of(secret: str, code: str) -> int | None:
    """The half minute, counted from 1970, that a code of the app stands for, if it is valid now; else None."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


@transaction.atomic
def use_step(factor: Authenticator, step: int) -> bool:
    """Note that the code of a half minute was used; False when it, or a later one, was used before."""
    factor = Authenticator.objects.select_for_update().get(pk=factor.pk)
    last = factor.data.get(LAST, 0)
    # One that is still to come was noted while the server's clock was wrong; it would lock the owner out until then.
    if step <= last <= max(yield_hotp_counters_from_time()):
        return False
    factor.data[LAST] = step
    factor.save(update_fields=["data"])
    return True


def _use_step(factor: Authenticator, code: str) -> bool:
    step = step_of(decrypt(factor.data["secret"]), code)
    return step is not None and use_step(factor, step)


def security_of(person: User) -> dict[str, int]:
    """How a login is secured, in one query: second factors (recovery codes are none), and devices."""
    factors = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES)
    counts = {"factors": CountOf(factors.values("pk")), "devices": CountOf(person.sessions.alive().values("pk"))}
    row: Any = User.objects.filter(pk=person.pk).values(**counts).get()
    return dict(row)
