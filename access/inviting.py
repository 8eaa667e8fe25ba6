"""How a person comes in: invited, sent the link again, accepted. Withdrawn is removed, in access.ending."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.constraints import refusing
from portal.lib.mailboxes import stored

from . import mails
from .acting import AccessRefused, Actor
from .holders import make_holder
from .log import Kind
from .models import Invitation, Membership
from .rights import Right
from .store import set_rights
from .terms import check_limits
from .words import names_of

if TYPE_CHECKING:
    from accounts.models import User

# Two presses of the button send one mail.
PAUSE_SECONDS = 60


@transaction.atomic
def invite(by: Actor, person: "User | dict[str, Any]", rights: Iterable[Right], **more: Any) -> Membership:
    """Let somebody in by e-mail; returns the membership, and mails them the link.

    person: salutation, first_name, last_name, email (and language), or a User. An address that already has an account
    keeps that person's own names. more: function, ends_on, order_limit. Raises AccessRefused with its field.
    """
    actor = by.enter()
    if actor.company.has_ended:
        raise AccessRefused(_("The contract of this company has ended; nobody new can be let in."))
    if not set(rights) <= actor.grantable():
        raise AccessRefused(_("You can only give permissions that you have yourself."), field="rights")
    check_limits(actor, more)
    user = _account(person)
    _check_new(actor, user)
    if not user.email:
        raise AccessRefused(_("This person has no e-mail address that a link could go to."), field="user")
    typed = f"{person['first_name']} {person['last_name']}" if isinstance(person, dict) else ""
    membership = Membership.objects.create(company=actor.company, user=user, invited_as=typed, **more)
    set_rights(membership, rights)
    _send(actor, membership)
    return membership


@transaction.atomic
def invite_holder(by: Actor, person: "User | dict[str, Any]") -> Membership:
    """The vendor names somebody licence holder, the main one where there is none; returns the membership.

    In at once, as whom the ERP names: the vendor knows who signed the contract, and a company is not to stand without
    anybody who answers for it. With the link in the mail the person sets a password; without an address none goes out.
    person: as for invite. Raises AccessRefused.
    """
    actor = by.enter()
    if not actor.is_vendor:
        raise AccessRefused(_("Only a licence holder can do this."))
    user = _account(person)
    _check_new(actor, user)
    membership = Membership.objects.create(company=actor.company, user=user, accepted_at=timezone.now())
    make_holder(membership, actor)
    if user.email:
        _send(actor, membership)
    return membership


class _Known(Exception):
    """Somebody else has made this account at the same moment."""


def _account(person: "User | dict[str, Any]") -> "User":
    if not isinstance(person, dict):
        return person
    User = get_user_model()
    try:
        email = stored(person["email"]) if person["email"] else ""
    except ValidationError as refusal:
        raise AccessRefused(refusal.messages[0], field="email") from None
    if email and (user := User.objects.with_email(email).first()):
        return user
    user = User(**{"language": get_language() or "de", **person, "email": email})
    user.set_unusable_password()
    try:
        with refusing("user_email_once", _Known()):
            user.save()
    except _Known:
        # Another company invited the same person in the same moment.
        return User.objects.with_email(email).get()
    return user


def _check_new(actor: Actor, user: "User") -> None:
    if membership := actor.company.memberships.filter(user=user).first():
        if membership.accepted_at:
            raise AccessRefused(_("This person is on the list already."), field="email")
        raise AccessRefused(_("This person is invited already. You can send the invitation again."), field="email")
    if actor.is_vendor and user.is_staff:
        sentence = _("This is one of the vendor's staff, who cannot become a customer's person.")
        raise AccessRefused(sentence, field="email")
    if actor.is_vendor and not user.is_active:
        raise AccessRefused(_("This account is closed. Please open it first."), field="email")
    if user.is_staff or not user.is_active:
        raise AccessRefused(
            _("You cannot invite this address yourself. Please call us: %(phone)s") % settings.BRAND, field="email"
        )


def _send(actor: Actor, membership: Membership, *, reminds: bool = False) -> None:
    _check_pace(actor, membership.user)
    invitation, token = Invitation.issue(membership, by=actor.user)
    mails.mail_invitation(invitation, actor, token, reminds=reminds)


def _check_pace(actor: Actor, user: "User") -> None:
    """Not more mails in a day than a company's staff explain, nor to one mailbox than patience (settings.ACCESS)."""
    today = Invitation.objects.filter(sent_at__gt=timezone.now() - timedelta(days=1))
    if today.filter(membership__company=actor.company).count() >= settings.ACCESS["invitations_a_day"]:
        raise AccessRefused(
            _("You cannot send more invitations today. Please go on tomorrow, or call us: %(phone)s") % settings.BRAND
        )
    if today.filter(membership__user=user).count() >= settings.ACCESS["invitations_to_one"]:
        raise AccessRefused(_("This person got several invitations today already. Please wait until tomorrow."))


@transaction.atomic
def send_again(by: Actor, membership: Membership, *, reminds: bool = False) -> bool:
    """A new link for somebody who has not accepted yet, or whom the vendor let in and who never came; earlier ones die.

    Returns False, and sends nothing, when one went out a moment ago. Raises AccessRefused.
    """
    actor, membership = by.enter_with(membership)
    if membership.accepted_at and not (actor.is_vendor and membership.user.last_login is None):
        raise AccessRefused(_("This person has accepted already."))
    if not membership.granted <= actor.grantable(membership):
        words = {"names": names_of(actor.company)}
        raise AccessRefused(
            _("This person was invited to more permissions than you may give. That can be sent by: %(names)s.") % words
        )
    newest = membership.invitations.first()
    if newest and newest.is_usable and (timezone.now() - newest.sent_at).total_seconds() < PAUSE_SECONDS:
        return False
    _send(actor, membership, reminds=reminds)
    actor.note(Kind.RESENT, membership)
    return True


@transaction.atomic
def accept(invitation: Invitation, password: str | None = None) -> Membership:
    """The invited person is in, with a first password where they had none. Returns the membership.

    Raises AccessRefused when the link was used, withdrawn or is too old.
    """
    known = invitation.membership
    company = Actor.themselves(known.user, known.company_id).enter().company
    found = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if found is None or not found.is_usable:
        raise AccessRefused(_("This link no longer works."))
    invitation = found
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(used_at=now)
    membership = company.memberships.select_related("user").get(pk=invitation.membership_id)
    membership.company = company
    if not membership.accepted_at:
        membership.accepted_at = now
        membership.save(update_fields=["accepted_at"])
    if password:
        membership.user.set_password(password)
        membership.user.save(update_fields=["password"])
    _confirm_address(membership.user)
    if inviter := inviter_of(invitation):
        mails.mail_accepted(membership, inviter)
    return membership


def inviter_of(invitation: Invitation) -> "User | None":
    """Who sent an invitation, if that person can still manage access there; else None."""
    granting = invitation.membership.company.memberships.granting().select_related("user")
    row = granting.filter(user=invitation.invited_by_id).first()
    return row.user if row else None


def contact_of(invitation: Invitation) -> "User | None":
    """Whom to ask about an invitation: who sent it, or a licence holder once that person is no longer there."""
    main = invitation.membership.company.memberships.filter(is_main_holder=True).select_related("user").first()
    if main and main.user_id == invitation.membership.user_id:
        main = None
    return inviter_of(invitation) or (main.user if main else None)


def _confirm_address(user: "User") -> None:
    """Whoever opened the link reads this mailbox; where staff have taken the address off since, there is none."""
    if not user.email:
        return
    mine = EmailAddress.objects.filter(user=user)
    is_first = not mine.filter(primary=True).exists()
    address = mine.filter(email__iexact=user.email).first() or EmailAddress(user=user, email=user.email.lower())
    address.verified = True
    address.primary = address.primary or is_first
    address.save()
