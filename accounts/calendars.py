"""Private addresses for calendar programs: made, renewed and taken back by their person; checked at every reading."""

import hashlib
import secrets

from allauth.core.internal import ratelimit
from django.db import transaction
from django.http import HttpRequest

from access.door import has_second_factor, why_closed
from access.models import Membership

from .models import CalendarAddress, User

# Readings of one address of the network, of whatever calendar; of one calendar, from everywhere.
NETWORK, CALENDAR = "120/m/ip", "60/h/key"


@transaction.atomic
def make_calendar_address(membership: Membership) -> str:
    """A new address for a member; the one before reads nothing any more. Returns its token, which is kept nowhere."""
    # Two presses at once leave one address.
    User.objects.select_for_update().only("pk").get(pk=membership.user_id)
    token = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(
        company_id=membership.company_id, user_id=membership.user_id, defaults={"token_hash": hash_of(token)}
    )
    return token


def end_calendar_address(membership: Membership) -> None:
    """From now on nobody reads it."""
    CalendarAddress.objects.filter(company=membership.company_id, user=membership.user_id).delete()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def membership_behind(token: str) -> Membership | None:
    """Whose calendar it is, as long as the portal itself would let the person in there."""
    address = CalendarAddress.objects.filter(token_hash=hash_of(token)).first()
    if address is None:
        return None
    mine = Membership.objects.filter(company=address.company_id, user=address.user_id)
    membership = mine.select_related("company", "user").first()
    if membership is None or why_closed(membership) or not membership.user.is_active or membership.user.is_staff:
        return None
    if membership.company.needs_second_factor and not has_second_factor(membership.user):
        return None
    return membership


def may_read(request: HttpRequest, token: str = "") -> bool:
    """Whether one more reading is within bounds: of the network's address, or, with a token, of the calendar."""
    rate, key = (CALENDAR, hash_of(token)) if token else (NETWORK, "")
    usage = ratelimit.consume(
        request, app="accounts", action="calendar", config={"calendar": rate}, key=key, limit_get=True
    )
    return usage is not None
