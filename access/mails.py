"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .rights import Right


def _send(template, reader, subject, **context):
    """subject: a function, called in the reader's language."""
    if not reader.email:
        return
    with translation.override(reader.language):
        context |= {"brand": settings.BRAND, "reader": reader}
        body = render_to_string(f"access/mail/{template}.txt", context)
        EmailMessage(subject=str(subject()), body=body, to=[reader.email]).send()


def labels(rights):
    """The rights' names in a fixed order."""
    return [right.label for right in Right if right in rights]


def _url(name, *args):
    return settings.PORTAL_URL + reverse(name, args=args)


def switch_url(membership, right):
    """The address of one switch, on a page that shows this person alone."""
    page = _url("people_list", membership.company.number)
    return f"{page}?person={membership.pk}#switch-{membership.pk}-{right}"


def mail_invitation(invitation, by, token):
    membership = invitation.membership
    _send(
        "invitation",
        membership.user,
        lambda: _("%(company)s lets you into the customer portal") % {"company": membership.company.name},
        company=membership.company,
        by=by.user,
        rights=membership.granted,
        url=_url("invitation_accept", token),
        until=invitation.expires_at,
    )


def mail_switched(change, by):
    """To the person concerned, once they are in; a new deputy also to the other licence holders."""
    membership = change.membership
    context = {"company": membership.company, "by": by.user, "rights": membership.granted}
    subject = lambda: _("Your permissions at %(company)s") % {"company": membership.company.name}  # noqa: E731
    # Who is still invited reads on the invitation's page what will be open.
    if membership.accepted_at:
        _send("switched", membership.user, subject, url=_url("start", membership.company.number), **context)
    if Right.ACCESS in change.added:
        for holder in membership.company.memberships.holders().select_related("user").exclude(pk=by.pk):
            _send(
                "deputy",
                holder.user,
                lambda: _("New deputy at %(company)s") % {"company": membership.company.name},
                person=membership.user,
                url=switch_url(membership, Right.ACCESS.value),
                **context,
            )


def mail_removed(membership, by):
    if membership.accepted_at:
        _send(
            "removed",
            membership.user,
            lambda: _("Your access to %(company)s has ended") % {"company": membership.company.name},
            company=membership.company,
            by=by.user,
        )


def mail_request(request):
    """To everybody who can grant it, with a link to the very switch."""
    membership = request.membership
    for granter in membership.company.memberships.granting(request.right).select_related("user"):
        _send(
            "request",
            granter.user,
            lambda: _("%(name)s asks for access") % {"name": membership.user.get_full_name()},
            company=membership.company,
            person=membership.user,
            right=Right(request.right),
            url=switch_url(membership, request.right),
        )
