"""A mail of the archive once more: the same words, or a new one-time link by the verb that makes such links."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.acting import Actor
from access.inviting import send_again as invite_again
from accounts.mails import mail_password_link
from portal.lib.mail import with_new_id
from portal.lib.refusals import Refused

from .models import MailHandover

PAUSE = timedelta(minutes=1)
State = MailHandover.State


def why_not_again(mail: MailHandover) -> str:
    """Why a mail cannot be sent once more, in a sentence, or ""."""
    if mail.is_secret:
        return _("This mail had a one-time link or a code in it. Nobody can send it again; a new link can be made.")
    if mail.state in (State.WAITING, State.HANDING):
        return _("This mail is still on its way.")
    if not mail.raw:
        return _("The text of this mail was not kept, so it cannot be sent again.")
    return ""


@transaction.atomic
def send_again(by: Actor, mail: MailHandover) -> MailHandover:
    """The same words and files to the same readers, as a mail of its own; returns its row. Raises Refused."""
    mail = MailHandover.objects.select_for_update(of=["self"]).get(pk=mail.pk)
    if reason := why_not_again(mail):
        raise Refused(reason)
    if mail.repeats.filter(made_at__gt=timezone.now() - PAUSE).exists():
        raise Refused(_("This mail was sent again a moment ago."))
    raw = with_new_id(bytes(mail.raw or b""))
    made = mail.queue_again(raw, sent_by=by.name)
    if mail.state in MailHandover.OPEN:
        # Decided by this.
        mail.settle(again=False)
    return made


def has_new_link(mail: MailHandover) -> bool:
    """Whether staff can have a new link made in the place of this mail's."""
    return mail.is_secret and mail.user_id is not None and mail.kind in NEW_LINKS


@transaction.atomic
def send_new_link(by: Actor, mail: MailHandover) -> None:
    """A new link in the place of the one this mail had, by the verb of such links. Raises Refused."""
    person = mail.user
    if person is None or not has_new_link(mail):
        raise Refused(_("For this mail no new link can be made here. The person gets one where the first came from."))
    NEW_LINKS[mail.kind](by, mail, person)


def _invite(by: Actor, mail: MailHandover, person: Any) -> None:
    membership = person.memberships.filter(company=mail.company_id).first()
    if membership is None:
        raise Refused(_("This person is no longer at this company."))
    if not invite_again(replace(by, at=membership.company_id), membership):
        raise Refused(_("An invitation went out a moment ago."))


def _password(by: Actor, mail: MailHandover, person: Any) -> None:
    if not person.email or not person.is_active or person.is_staff:
        raise Refused(_("This person cannot get a link: no address, a closed account, or one of the staff."))
    mail_password_link(person)


NEW_LINKS: dict[str, Callable[[Actor, MailHandover, Any], None]] = {
    "access/mail/invitation.txt": _invite,
    "access/mail/invitation_vendor.txt": _invite,
    "account/email/password_reset_key_message.txt": _password,
}
