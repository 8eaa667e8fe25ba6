from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.hits import MOST, Found, Group, Hit

from .models import Membership
from .people import STATES
from .rights import Right

TONES = {"active": "ok", "invited": "wait", "suspended": "off", "expired": "off"}


def find(request: HttpRequest, typed: str) -> Found:
    """The company's people by name, address or function."""
    number = request.company.number
    rows = request.company.memberships.named(typed).with_people()[: MOST + 1]
    return Found.of(rows, typed, lambda membership: _line(membership, number))


def _line(membership: Membership, company: str) -> Hit:
    # Of who was invited and has not come yet, no more is told than who invited them typed.
    mail = membership.user.email if membership.accepted_at else ""
    role = _("licence holder") if membership.is_holder else ""
    return Hit(
        membership.name,
        reverse("membership_edit", args=[company, membership.pk]),
        about=" · ".join(filter(None, [role, membership.function, mail or ""])),
        state=(TONES[membership.state], str(STATES[membership.state])),
    )


GROUP = Group("people", gettext_lazy("People"), "users", find, Right.ACCESS)
