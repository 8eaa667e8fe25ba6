"""Letting people in and out. Every rule stands here, under a lock on the company, whoever asks and from where."""

from contextlib import contextmanager
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import mails
from .models import Invitation, Membership
from .rights import Right
from .store import set_rights

# What the vendor advises to give only to licence holders and one deputy.
SENSITIVE = {Right.CONTRACTS, Right.ACCOUNT}


class AccessRefused(Exception):
    """Not allowed or not possible; the text is for people."""


class SavedMeanwhile(AccessRefused):
    """Somebody else changed these people since the page was shown. memberships: as they are now."""

    def __init__(self, memberships):
        super().__init__(_("Somebody else has changed something here meanwhile. Please check and save again."))
        self.memberships = memberships


@dataclass
class Change:
    """What happened to one person's switches, as sets of Right values."""

    membership: Membership
    added: set = field(default_factory=set)
    removed: set = field(default_factory=set)


@contextmanager
def _locked(company):
    """One change of access at a time for a company; others wait."""
    with transaction.atomic():
        type(company)._base_manager.select_for_update().get(pk=company.pk)
        yield


def grantable(by, target):
    """The rights that one membership may switch for another, on or off."""
    if target.is_holder or target.user_id == by.user_id or not by.may(Right.ACCESS):
        return set()
    # A deputy grants only what they hold, and makes no deputies.
    return set(Right) if by.is_holder else {right for right in Right if by.may(right)} - {Right.ACCESS}


def save_switches(by, wanted):
    """Set several people's switches, all or none. Returns the Changes that were made.

    by: the membership of who saves. wanted: membership id -> (version that was on screen, set of Right values).
    Raises SavedMeanwhile when a version is no longer the one stored, AccessRefused for what the person may not do.
    """
    with _locked(by.company):
        rows = by.company.memberships.select_related("user").in_bulk(wanted)
        if len(rows) != len(wanted):
            raise AccessRefused(_("One of these people no longer has access here. Please load the page again."))
        stale = [row for pk, row in rows.items() if row.version != wanted[pk][0] and row.granted != wanted[pk][1]]
        if stale:
            raise SavedMeanwhile(stale)
        changes = [change for pk, row in rows.items() if (change := _switch(by, row, wanted[pk][1]))]
        for change in changes:
            mails.mail_switched(change, by)
        return changes


def _switch(by, row, rights):
    touched = rights ^ row.granted
    if not touched:
        return None
    if not touched <= grantable(by, row):
        raise AccessRefused(_("You may not change these permissions of %(name)s.") % {"name": row.user.get_full_name()})
    added, removed = set_rights(row, rights)
    row.version += 1
    row.save(update_fields=["version"])
    answer_requests(row, by.user)
    return Change(row, added, removed)


def answer_requests(row, by):
    """Open requests for rights that are now held are answered."""
    held = row.requests.filter(answered_at=None, right__in=row.granted)
    held.update(answered_at=timezone.now(), answered_by=by, is_granted=True)


def invite(by, person, rights, **more):
    """Let somebody in by e-mail; returns (membership, token of the link).

    person: salutation, first_name, last_name, email. An address that already has an account keeps that person's own
    names. Raises AccessRefused when the person is there already or the rights are not the inviter's to give.
    """
    User = get_user_model()
    with _locked(by.company):
        user = User.objects.filter(email__iexact=person["email"]).first()
        if user and by.company.memberships.filter(user=user).exists():
            raise AccessRefused(_("This person is on the list already."))
        membership = Membership(company=by.company, user=user or User(), **more)
        if not set(rights) <= grantable(by, membership):
            raise AccessRefused(_("You can only give permissions that you have yourself."))
        if user is None:
            user = User(**{**person, "email": person["email"].lower()})
            user.set_unusable_password()
            user.save()
        membership.user = user
        membership.save()
        set_rights(membership, rights)
        return membership, send_invitation(by, membership)


def send_invitation(by, membership):
    """A new link for somebody who has not accepted yet; earlier links die. Returns the token."""
    if membership.accepted_at:
        raise AccessRefused(_("This person has accepted already."))
    invitation, token = Invitation.issue(membership, by=by.user)
    mails.mail_invitation(invitation, by, token)
    return token


@transaction.atomic
def accept(invitation):
    """The invited person is in. Raises AccessRefused when the link was used, withdrawn or is too old."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_usable or invitation.membership.accepted_at:
        raise AccessRefused(_("This link no longer works."))
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(used_at=now)
    Membership.objects.filter(pk=invitation.membership_id).update(accepted_at=now)


def remove(by, target):
    """Take a person out at once; orders, documents and history keep the name. Raises AccessRefused."""
    if target.user_id == by.user_id:
        raise AccessRefused(_("You cannot remove yourself. Ask another licence holder."))
    if target.is_holder and not by.is_holder:
        raise AccessRefused(_("Only a licence holder can remove a licence holder."))
    if not by.may(Right.ACCESS):
        raise AccessRefused(_("You may not remove anybody here."))
    with _locked(by.company):
        _still_there(by)
        mails.mail_removed(target, by)
        delete_membership(target)


def _still_there(by):
    """Somebody who was removed a moment ago decides nothing any more."""
    if not Membership.objects.filter(pk=by.pk).open().exists():
        raise AccessRefused(_("You no longer have access here yourself."))


def delete_membership(membership):
    """Delete a membership with its switches and invitations; a person nobody ever let in goes with it.

    Raises AccessRefused where it would leave the company without a licence holder.
    """
    user, was_invited = membership.user, not membership.accepted_at
    try:
        with transaction.atomic():
            membership.delete()
    except IntegrityError as error:
        raise AccessRefused(last_holder_sentence()) from error
    if was_invited and not user.has_usable_password() and not user.memberships.exists() and not user.last_login:
        user.delete()


def last_holder_sentence():
    return _("A company needs at least one licence holder. Name another one first.")


def ask_for(membership, right):
    """Ask the granters for a right. Asking again changes nothing. Returns the request."""
    request, is_new = membership.requests.get_or_create(right=right, answered_at=None)
    if is_new:
        mails.mail_request(request)
    return request
