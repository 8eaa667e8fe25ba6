"""The address of an account: what a change of it sets going, and how the old address takes it back."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

from . import mails
from .closing import close_logins
from .models import EmailChange, User
from .newsletter import follow_address
from .tries import forgive


class AddressTaken(Refused):
    """The address is somebody else's by now; the sentence does not say whose."""


@transaction.atomic
def note_change(person: User, old: str | None, new: str, *, session: UUID | None = None) -> str:
    """The person confirmed a new address. Returns the link by which the old one takes it back within a week.

    All sessions end but the one that asked for it and the one it was confirmed in (its public id).
    """
    asked_in = person.email_changes.waiting().filter(new__iexact=new).values_list("asked_in", flat=True).first()
    token = EmailChange.note(person, old, new)
    close_logins(person, but=filter(None, [asked_in, session]))
    follow_address(person)
    return mails.url_of("email_undo", token)


@transaction.atomic
def undo(change: EmailChange) -> None:
    """Link the old address again; whoever changed it is out, whatever they know, and the owner gets in.

    All sessions and tokens of other programs end, the password is void, second factors are gone that were set up since
    somebody else may have been in, and a link to set a new password goes to the old address. Raises AddressTaken where
    that address has become somebody else's.
    """
    person = User.objects.select_for_update().get(pk=change.user_id)
    if User.objects.with_email(change.old).exclude(pk=person.pk).exists():
        raise AddressTaken(_("This address can no longer be linked again. Please call us."))
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    mails.mail_address_undone(person, person.email)
    person.email = change.old
    person.set_unusable_password()
    # Links sent to the other address die with it.
    person.resets += 1
    person.save(update_fields=["email", "password", "resets"])
    _drop_suspect(person, change.suspect_since)
    link_address(person)
    close_logins(person)
    forgive(person)
    follow_address(person)
    mails.mail_password_link(person)


def _drop_suspect(person: User, since: datetime) -> None:
    """What a stranger may have added, or seen: factors, consents, and all recovery codes."""
    factors = Authenticator.objects.filter(user=person)
    factors.filter(created_at__gte=since).delete()
    factors.filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    person.sign_on_consents.filter(given_at__gte=since).delete()


def link_address(person: User) -> None:
    """Keep allauth's row of the address in step with the one that is stored; pending changes are dropped."""
    EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email or "").delete()
    if person.email:
        EmailAddress.objects.update_or_create(
            user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
        )


@transaction.atomic
def set_by_staff(person: User, old: str | None) -> None:
    """Staff linked another address, or none: both addresses are told, sessions and older links end."""
    link_address(person)
    if (old or "").lower() == (person.email or "").lower():
        return
    if old:
        person.resets += 1
        person.save(update_fields=["resets"])
    close_logins(person)
    follow_address(person)
    mails.mail_address_set_by_staff(person, old)
