"""The newsletter: asked for, confirmed by a link, ended at once. What was agreed to is kept word for word."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from . import mails
from .models import NewsletterConsent, User

# Counts up whenever the sentence below changes.
WORDING_VERSION = "2026-12"
# A link asked for again within this time is the one that is already in the mailbox (edge 19).
PAUSE = timedelta(hours=1)


def wording() -> str:
    """What a person agrees to, in the language at hand."""
    return _(
        "I consent to %(vendor)s e-mailing me news about programs, trainings and offers. I can withdraw this consent "
        "at any time: in the portal or by the link in each e-mail."
    ) % {"vendor": settings.BRAND["vendor"]}


@transaction.atomic
def ask(person: User, ip: str | None) -> NewsletterConsent | None:
    """Begin to subscribe: a link goes to the person's address, and only its opening makes the consent count.

    Returns the consent, or None for a person without an address. Asking twice sends one mail.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.email:
        return None
    consent = person.consents.open().first() or _taken_up(person) or _begin(person, person.email, ip)
    waited = consent.mailed_at is None or consent.mailed_at < timezone.now() - PAUSE
    if consent.confirmed_at is None and waited:
        consent.mailed_at = timezone.now()
        consent.save(update_fields=["mailed_at"])
        mails.mail_newsletter_link(consent)
    return consent


def _taken_up(person: User) -> NewsletterConsent | None:
    """The consent that was given up a moment ago, before its link was opened: its mail is still on the way."""
    unopened = person.consents.filter(email=person.email, confirmed_at=None, end=NewsletterConsent.End.PERSON)
    last = unopened.filter(mailed_at__gt=timezone.now() - PAUSE).order_by("-asked_at").first()
    if last:
        last.ended_at, last.end = None, ""
        last.save(update_fields=["ended_at", "end"])
    return last


def _begin(person: User, email: str, ip: str | None) -> NewsletterConsent:
    with translation.override(person.language):
        return person.consents.create(email=email, wording=wording(), wording_version=WORDING_VERSION, asked_ip=ip)


@transaction.atomic
def confirm(consent: NewsletterConsent, ip: str | None) -> bool:
    """The link was opened and the button pressed. Returns whether it counts now; a second time changes nothing."""
    consent = NewsletterConsent.objects.select_for_update().get(pk=consent.pk)
    if consent.confirmed_at and not consent.ended_at:
        return True
    if not consent.may_be_confirmed or consent.user is None:
        return False
    consent.confirm(ip)
    mails.mail_newsletter_begun(consent)
    return True


@transaction.atomic
def stop(person: User, how: NewsletterConsent.End = NewsletterConsent.End.PERSON) -> None:
    """End what is open, at once."""
    for consent in person.consents.select_for_update().open():
        consent.stop(how)


def follow_address(person: User) -> None:
    """The address has changed: a consent for the old one falls, and the new one is asked anew."""
    held = person.consents.open().exclude(email__iexact=person.email or "")
    was_confirmed = held.confirmed().exists()
    for consent in held:
        consent.stop(NewsletterConsent.End.ADDRESS)
    if was_confirmed:
        ask(person, None)
