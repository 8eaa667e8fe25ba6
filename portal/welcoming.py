"""A company and the person who is let in there, in one step: new or known, both with one mail."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.acting import AccessRefused, Actor
from access.inviting import PAUSE_SECONDS, invite, invite_holder
from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from portal.lib.constraints import refusing
from portal.lib.letters import rehearsed
from portal.lib.refusals import Refused


class _Known(Exception):
    """Somebody else has made this company at the same moment."""


@dataclass(frozen=True)
class Welcome:
    """company: its fields, of which a known one needs the number alone. person: as for access.inviting.

    rights: of somebody who is not licence holder, who has them all.
    """

    company: dict[str, Any]
    person: dict[str, Any]
    is_holder: bool
    rights: frozenset[Right] = field(default_factory=frozenset)


def company_of(number: str) -> Company | None:
    """The company of a number, in any spelling a customer may use."""
    return Company.objects.by_login_name(number, settings.BRAND["login_prefix"])


def bare_number(typed: str) -> str:
    """The number as it will be stored, of any spelling."""
    return Company.objects.bare_number(typed, settings.BRAND["login_prefix"])


def person_of(email: str) -> User | None:
    """Who has this address already, in any spelling."""
    return User.objects.with_email(email).first() if email else None


@transaction.atomic
def welcome(by: User, plan: Welcome) -> Membership:
    """Make what is not there yet, let the person in, and mail them; all of it or nothing. Returns the membership.

    The same asked for twice is done once. Raises Refused with the field it is about.
    """
    company = company_of(plan.company["number"]) or _made(plan.company)
    actor = Actor.staff(by, company.pk).enter()
    if made := _just_made(company, plan):
        return made
    if plan.is_holder:
        return invite_holder(actor, plan.person)
    if not company.memberships.holders().exists():
        raise AccessRefused(_("This company has no licence holder yet. Please let one in first."), field="is_holder")
    return invite(actor, plan.person, plan.rights)


def look_ahead(by: User, plan: Welcome) -> list[EmailMessage]:
    """The mails that welcome() would send; nothing is done. Raises Refused as it would."""
    with rehearsed() as letters:
        welcome(by, plan)
    return letters


def _made(fields: dict[str, Any]) -> Company:
    number = bare_number(fields["number"])
    company = Company(**{**fields, "number": number})
    try:
        company.full_clean(exclude=["created_at"], validate_constraints=False)
    except ValidationError as refusal:
        name, sentences = next(iter(refusal.message_dict.items()))
        raise Refused(sentences[0], field=name) from None
    try:
        with refusing("accounts_company_number_key", _Known()):
            company.save()
    except _Known:
        return Company.objects.get(number=number)
    return company


def _just_made(company: Company, plan: Welcome) -> Membership | None:
    """What the same press of the button a moment ago has made."""
    email = plan.person["email"]
    same = company.memberships.filter(is_holder=plan.is_holder, user=person_of(email)).select_related("user")
    found = same.first() if email else None
    if found is None or (timezone.now() - found.created_at).total_seconds() > PAUSE_SECONDS:
        return None
    return found if plan.is_holder or found.granted == set(plan.rights) else None
