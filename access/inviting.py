"""How a person comes in: invited, sent the link again, accepted. Withdrawn is removed, in access.switches."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.constraints import broken_constraint

from . import mails
from .ending import check_limits
from .log import Kind, act_as, note
from .models import Invitation, Membership
from .store import set_rights
from .switches import AccessRefused, Gone, entered, grantable, lock_company, names_of

# Two presses of the button send one mail.
PAUSE_SECONDS = 60


@transaction.atomic
def invite(by, person, rights, **more):
    """Let somebody in by e-mail; returns the membership, and mails them the link.

    person: salutation, first_name, last_name, email. An address that already has an account keeps that person's own
    names. more: function, ends_on, order_limit. Raises AccessRefused with the field it is about.
    """
    actor = entered(by)
    if actor.company.has_ended:
        raise AccessRefused(_("The contract of this company has ended; nobody new can be let in."))
    if not set(rights) <= grantable(actor, Membership(company=actor.company)):
        raise AccessRefused(_("You can only give permissions that you have yourself."), field="rights")
    check_limits(actor, more)
    user = _account(person)
    _check_new(actor, user)
    typed = f"{person['first_name']} {person['last_name']}"
    membership = Membership.objects.create(company=actor.company, user=user, invited_as=typed, **more)
    set_rights(membership, rights)
    _send(actor, membership)
    return membership


def _account(person):
    User = get_user_model()
    email = person["email"].strip().lower()
    if user := User.objects.with_email(email).first():
        return user
    user = User(**{**person, "email": email}, language=get_language() or "de")
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if broken_constraint(error) != "user_email_once":
            raise
        # Another company invited the same person in the same moment.
        return User.objects.with_email(email).get()
    return user


def _check_new(actor, user):
    if membership := actor.company.memberships.filter(user=user).first():
        if membership.accepted_at:
            raise AccessRefused(_("This person is on the list already."), field="email")
        raise AccessRefused(_("This person is invited already. You can send the invitation again."), field="email")
    if user.is_staff or not user.is_active:
        raise AccessRefused(
            _("You cannot invite this address yourself. Please call us: %(phone)s") % settings.BRAND, field="email"
        )


def _send(actor, membership):
    _check_pace(actor, membership.user)
    invitation, token = Invitation.issue(membership, by=actor.user)
    mails.mail_invitation(invitation, actor, token)


def _check_pace(actor, user):
    """Not more mails in a day than a company's staff explain, nor to one mailbox than patience (settings.ACCESS)."""
    today = Invitation.objects.filter(sent_at__gt=timezone.now() - timedelta(days=1))
    if today.filter(membership__company=actor.company).count() >= settings.ACCESS["invitations_a_day"]:
        raise AccessRefused(
            _("You cannot send more invitations today. Please go on tomorrow, or call us: %(phone)s") % settings.BRAND
        )
    if today.filter(membership__user=user).count() >= settings.ACCESS["invitations_to_one"]:
        raise AccessRefused(_("This person got several invitations today already. Please wait until tomorrow."))


@transaction.atomic
def send_again(by, membership):
    """A new link for somebody who has not accepted yet; earlier links die.

    Returns False, and sends nothing, when one went out a moment ago. Raises AccessRefused.
    """
    actor = entered(by)
    membership = actor.company.memberships.select_related("user").filter(pk=membership.pk).first()
    if membership is None:
        raise Gone
    if membership.accepted_at:
        raise AccessRefused(_("This person has accepted already."))
    if not membership.granted <= grantable(actor, membership):
        words = {"names": names_of(actor.company)}
        raise AccessRefused(
            _("This person was invited to more permissions than you may give. That can be sent by: %(names)s.") % words
        )
    newest = membership.invitations.first()
    if newest and newest.is_usable and (timezone.now() - newest.sent_at).total_seconds() < PAUSE_SECONDS:
        return False
    membership.company = actor.company
    _send(actor, membership)
    note(Kind.RESENT, actor.company, membership, by=actor.user)
    return True


@transaction.atomic
def accept(invitation, password=None):
    """The invited person is in, with a first password where they had none. Returns the membership.

    Raises AccessRefused when the link was used, withdrawn or is too old.
    """
    company = lock_company(invitation.membership.company_id)
    invitation = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if invitation is None or not invitation.is_usable:
        raise AccessRefused(_("This link no longer works."))
    act_as(invitation.membership.user)
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(used_at=now)
    company.memberships.filter(pk=invitation.membership_id, accepted_at=None).update(accepted_at=now)
    membership = company.memberships.select_related("user").get(pk=invitation.membership_id)
    membership.company = company
    if password:
        membership.user.set_password(password)
        membership.user.save(update_fields=["password"])
    _confirm_address(membership.user)
    if inviter := inviter_of(invitation):
        mails.mail_accepted(membership, inviter)
    return membership


def inviter_of(invitation):
    """Who sent an invitation, if that person can still manage access there; else None."""
    granting = invitation.membership.company.memberships.granting().select_related("user")
    row = granting.filter(user=invitation.invited_by_id).first()
    return row.user if row else None


def contact_of(invitation):
    """Whom to ask about an invitation: who sent it, or a licence holder once that person is no longer there."""
    main = invitation.membership.company.memberships.filter(is_main_holder=True).select_related("user").first()
    return inviter_of(invitation) or (main.user if main else None)


def _confirm_address(user):
    """Whoever opened the link reads this mailbox."""
    mine = EmailAddress.objects.filter(user=user)
    is_first = not mine.filter(primary=True).exists()
    address = mine.filter(email__iexact=user.email).first() or EmailAddress(user=user, email=user.email.lower())
    address.verified = True
    address.primary = address.primary or is_first
    address.save()
