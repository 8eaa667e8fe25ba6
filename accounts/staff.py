"""What the vendor's staff do to a login. Whatever it is, the person is mailed; the admin notes it in the history."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.lib.by_verbs import ChangedMeanwhile, stale

from . import mails
from .addresses import set_by_staff
from .closing import close_logins
from .models import Company, User
from .tries import lift

# Fields of the person's page that are told when they change, with what is said: (field, value) -> mails.BY_STAFF.
TOLD = {
    ("is_active", False): "disabled",
    ("is_active", True): "enabled",
    ("is_staff", True): "made_staff",
    ("is_staff", False): "no_staff",
    ("is_superuser", True): "more_rights",
    ("is_superuser", False): "fewer_rights",
}


def may_make_staff(by: User, person: User) -> bool:
    """Whether somebody may make this person staff, or change one who is: never themselves, nor anybody above them."""
    if by.is_superuser:
        return True
    is_other = by.pk != person.pk and not person.is_superuser
    return is_other and by.has_perm("accounts.make_staff") and _held(person) <= _held(by)


def grantable_roles(by: User) -> QuerySet[Group]:
    """The roles somebody may give and take: those that hold nothing they lack."""
    if by.is_superuser:
        return Group.objects.all()
    held = Permission.objects.filter(Q(group__user=by) | Q(user=by)).values("pk")
    beyond = Group.permissions.through.objects.filter(group=OuterRef("pk")).exclude(permission__in=held)
    return Group.objects.exclude(Exists(beyond))


def _held(person: User) -> set[str]:
    """What somebody's roles and own permissions give, whether they are active or not."""
    found = Permission.objects.filter(Q(group__user=person) | Q(user=person)).select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in found}


def log_out(person: User) -> int:
    """End all sessions. Returns how many have ended."""
    count = close_logins(person)
    mails.mail_by_staff(person, "logged_out")
    return count


@transaction.atomic
def remove_factors(person: User) -> int:
    """Take all second factors and recovery codes from somebody who has lost them. Returns how many went.

    Staff have checked on the phone who asks; whoever is in is logged out.
    """
    factors = Authenticator.objects.filter(user=person)
    count = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    factors.delete()
    close_logins(person)
    mails.mail_by_staff(person, "factors")
    return count


def lift_tries(person: User) -> None:
    """Let somebody try the password again although others go on guessing."""
    lift(person)
    mails.mail_by_staff(person, "lifted")


def told(person: User, before: dict, *, old_address: str | None = None) -> None:
    """Tell a person what staff changed on their page, at the address before too. before: field -> value."""
    for (field, value), what in TOLD.items():
        if field in before and before[field] != value == getattr(person, field):
            mails.mail_by_staff(person, what, old_address=old_address)
    if "username" in before and before["username"] != person.username:
        mails.mail_by_staff(person, "renamed", old_address=old_address)
    if before.get("is_active") and not person.is_active:
        close_logins(person)


@transaction.atomic
def correct(person: User, changes: dict[str, tuple[Any, Any]]) -> User:
    """Change fields of a person's page; returns the person as stored now. The person is told what was done.

    changes: field -> (as the page showed it, as it is wanted). Raises ChangedMeanwhile where somebody else, such as the
    person, changed the same field since.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if stored := stale(person, changes):
        raise ChangedMeanwhile(stored)
    before = {name: getattr(person, name) for name in changes}
    for name, (_shown, wanted) in changes.items():
        setattr(person, name, wanted)
    person.save(update_fields=list(changes))
    old = before.get("email", person.email)
    set_by_staff(person, old)
    told(person, before, old_address=old)
    return person


def company_closed(company: Company, *, is_blocked: bool) -> None:
    """Tell everybody at a company that its access was closed, or opened again."""
    for row in company.memberships.open().select_related("user"):
        mails.mail_company_closed(row.user, company, is_blocked)
