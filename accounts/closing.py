"""What ends with a login: sessions, what other programs hold, and a change of address that nobody has confirmed yet."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from .models import User
from .sessions import end_sessions
from .sso import end_sign_on


@transaction.atomic
def close_logins(person: User, *, but: Iterable[UUID] = ()) -> int:
    """Log a person out everywhere but in some sessions (their public ids). Returns how many sessions have ended.

    Whoever was in could have asked for another address and could sign in to other programs: both end with the login.
    """
    count = end_sessions(person, but=but)
    end_sign_on(person)
    drop_pending(person)
    return count


def drop_pending(person: User) -> None:
    """Links that would confirm another address are dead."""
    EmailAddress.objects.filter(user=person, verified=False).exclude(email__iexact=person.email or "").delete()
    person.email_changes.waiting().delete()
