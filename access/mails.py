"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

import datetime as dt
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter, written

from .models import AccessRequest, AccessReview, Invitation, Membership, TakeOver
from .rights import Right
from .words import holder_inside, holder_word, now_holder

if TYPE_CHECKING:
    from .acting import Actor
    from .switches import Change


def _send(template: str, reader: Any, subject: Callable[[], str], **context: Any) -> None:
    """subject: a function, called in the reader's language."""
    if not reader.email:
        return
    template = f"access/mail/{template}.txt"
    send_letter(template, reader.email, reader.language, subject, {"reader": reader, **context})


def labels(rights: Iterable[str]) -> list[Any]:
    """The rights' names in a fixed order."""
    return [right.label for right in Right if right in rights]


def _url(name: str, *args: Any) -> str:
    return settings.PORTAL_URL + reverse(name, args=args)


def switch_url(membership: Membership, right: str) -> str:
    """The address of one switch, on a page that shows this person alone."""
    page = _url("people_list", membership.company.number)
    return f"{page}?person={membership.pk}#switch-{membership.pk}-{right}"


def mail_invitation(invitation: Invitation, by: "Actor", token: str, *, reminds: bool = False) -> None:
    """reminds: the person has had one before and has not come."""
    membership = invitation.membership
    invited = lambda: _("%(who)s invites you to the customer portal (%(company)s)")  # noqa: E731
    reminded = lambda: _("Reminder: %(who)s invites you to the customer portal (%(company)s)")  # noqa: E731
    said = reminded if reminds else invited
    _send(
        "invitation" if by.kind == "person" else "invitation_vendor",
        membership.user,
        lambda: said() % {"who": _name(by), "company": membership.company.name},
        company=membership.company,
        by=_signed(by),
        rights=membership.granted,
        is_holder=membership.is_holder,
        word=lambda: holder_word(membership.user),
        url=_url("invitation_accept", token),
        until=invitation.expires_at,
        days=settings.ACCESS["forget_invited_days"],
    )


def mail_switched(change: "Change", by: "Actor") -> None:
    """To the person concerned, once they are in; a new deputy also to the other licence holders."""
    membership = change.membership
    context = {"company": membership.company, "by": _signed(by), "rights": membership.granted}
    subject = lambda: _("Your permissions at %(company)s have changed") % {"company": membership.company.name}  # noqa: E731
    # Who is still invited reads on the invitation's page what will be open.
    if membership.accepted_at:
        changes = {"added": change.added, "dropped": change.removed}
        _send("switched", membership.user, subject, url=_url("start", membership.company.number), **context, **changes)
    if Right.ACCESS in change.added:
        for holder in membership.company.memberships.holders().select_related("user").exclude(user=by.user):
            _send(
                "deputy",
                holder.user,
                lambda: (
                    _("New deputy at %(company)s: %(name)s")
                    % {"company": membership.company.name, "name": membership.name}
                ),
                person=membership.user,
                url=switch_url(membership, Right.ACCESS.value),
                **context,
            )


def mail_removed(membership: Membership, by: "Actor") -> None:
    if membership.accepted_at:
        _send(
            "removed",
            membership.user,
            lambda: _("Your access to %(company)s was ended") % {"company": membership.company.name},
            company=membership.company,
            by=_signed(by),
        )


def _granters(membership: Membership, right: str | None = None) -> list[Any]:
    return [row.user for row in membership.company.memberships.granting(right).select_related("user")]


def _who_can(membership: Membership) -> dict[str, str]:
    """{"names"}: who may extend the access; nobody extends their own."""
    return {"names": ", ".join(row.get_full_name() for row in _granters(membership) if row.pk != membership.user_id)}


def _holders(company: Any, *, but: Container[int | None] = ()) -> list[Any]:
    rows = company.memberships.holders().select_related("user")
    return [row.user for row in rows if row.user_id not in but]


def _about(membership: Membership, **more: Any) -> dict[str, Any]:
    """What every mail about one membership says."""
    company = membership.company
    return {"company": company, "person": membership.name, "url": _url("start", company.number), **more}


def mail_accepted(membership: Membership, inviter: Any) -> None:
    """To who sent the invitation: the person is in."""
    subject = lambda: _("%(name)s has accepted your invitation") % {"name": membership.name}  # noqa: E731
    page = _url("membership_edit", membership.company.number, membership.pk)
    _send("accepted", inviter, subject, **_about(membership, url=page))


def mail_suspended(membership: Membership, by: "Actor") -> None:
    subject = lambda: _("Your access to %(company)s is suspended") % {"company": membership.company.name}  # noqa: E731
    _send("suspended", membership.user, subject, **_about(membership, by=_signed(by), url=""))


def mail_resumed(membership: Membership, by: "Actor") -> None:
    subject = lambda: _("You have access to %(company)s again") % {"company": membership.company.name}  # noqa: E731
    _send("resumed", membership.user, subject, **_about(membership, by=_signed(by), rights=membership.granted))


def mail_terms(membership: Membership, by: "Actor") -> None:
    """End date or order limit changed; not to somebody who is still invited."""
    if membership.accepted_at:
        subject = lambda: _("Your access to %(company)s has changed") % {"company": membership.company.name}  # noqa: E731
        _send("terms", membership.user, subject, **_about(membership, by=_signed(by), agreed=membership))


def mail_expired(membership: Membership) -> None:
    subject = lambda: _("Your access to %(company)s has expired") % {"company": membership.company.name}  # noqa: E731
    _send(
        "expired",
        membership.user,
        subject,
        **_about(membership, day=membership.ends_on, url="", **_who_can(membership)),
    )


def mail_right_over(membership: Membership, ended: set[str]) -> None:
    subject = lambda: (  # noqa: E731
        _("Permission at %(company)s has expired: %(rights)s")
        % {"company": membership.company.name, "rights": ", ".join(map(str, labels(ended)))}
    )
    _send("right_over", membership.user, subject, **_about(membership, ended=ended, rights=membership.granted))


def mail_reminder(membership: Membership) -> None:
    """Two weeks before the end: to the person, and to those who can renew it."""
    context = _about(membership, day=membership.ends_on, url="")
    words = {"company": membership.company.name, "name": membership.name}
    words["day"] = date_format(membership.ends_on, "d.m.Y")
    subject = lambda: _("Your access to %(company)s ends on %(day)s") % words  # noqa: E731
    _send("reminder", membership.user, subject, **context, **_who_can(membership))
    subject = lambda: _("The access of %(name)s ends on %(day)s") % words  # noqa: E731
    context["url"] = _url("membership_edit", membership.company.number, membership.pk)
    for granter in _granters(membership):
        if granter.pk != membership.user_id:
            _send("reminder_granter", granter, subject, **context)


def mail_holder_named(membership: Membership, by: "Actor") -> None:
    """To the new licence holder and to all the others but who did it."""
    own = lambda: _("You have the role of %(role)s at %(company)s")  # noqa: E731
    _tell_holders("holder_named", membership, by, own, lambda: now_holder(membership.user))


def mail_holder_ended(membership: Membership, by: "Actor") -> None:
    own = lambda: _("Your role at %(company)s has ended")  # noqa: E731
    others = lambda: _("%(name)s no longer has the role of %(role)s at %(company)s")  # noqa: E731
    _tell_holders("holder_ended", membership, by, own, others)


def _tell_holders(
    template: str, membership: Membership, by: "Actor", own: Callable[[], str], others: Callable[[], str]
) -> None:
    """own, others: the subject for the person and for the other licence holders, with %(name)s and %(company)s."""
    words = {"name": membership.name, "company": membership.company.name}
    for reader in [membership.user, *_holders(membership.company, but={membership.user_id, by.user and by.user.pk})]:
        is_self = reader.pk == membership.user_id
        said = own if is_self else others
        about = _about(membership, by=_signed(by), is_self=is_self, word=lambda: holder_word(membership.user))
        subject = lambda said=said: said() % {**words, "role": holder_word(membership.user)}  # noqa: E731
        _send(template, reader, subject, **about)


def mail_request(request: AccessRequest) -> None:
    """To everybody who can grant it, with a link to the very switch, beside which the request can be answered."""
    membership = request.membership
    words = {"name": membership.name, "right": Right(request.right).label, "company": membership.company.name}
    subject = lambda: _("%(name)s asks for: %(right)s (%(company)s)") % words  # noqa: E731
    context = {"right": Right(request.right), "url": switch_url(membership, request.right)}
    for granter in _granters(membership, request.right):
        _send("request", granter, subject, **_about(membership, **context))


def mail_answer(request: AccessRequest, by: "Actor", until: dt.date | None) -> None:
    """To the asker: yes, yes until a day, or no with the reason."""
    membership, right = request.membership, Right(request.right)
    granted, declined = lambda: _("Opened to you: %(right)s"), lambda: _("Declined: %(right)s")
    subject = lambda: (granted if request.is_granted else declined)() % {"right": right.label}  # noqa: E731
    context = {"by": _signed(by), "right": right, "until": until, "request": request}
    if not request.is_granted:
        context["url"] = ""
    _send("answer", membership.user, subject, **_about(membership, **context))


def mail_escalated(request: AccessRequest) -> None:
    """Nobody answered: to the vendor, and to the asker."""
    membership, right = request.membership, Right(request.right)
    words = {"name": membership.name, "company": membership.company.name, "right": right.label}
    words["vendor"] = settings.BRAND["vendor"]
    page = settings.PORTAL_URL + reverse("admin:access_accessrequest_change", args=[request.pk])
    subject = lambda: _("Request without an answer: %(name)s, %(company)s") % words  # noqa: E731
    _send("escalated_vendor", _vendor(), subject, **_about(membership, right=right, url=page))
    subject = lambda: _("Your request for “%(right)s” is now with %(vendor)s") % words  # noqa: E731
    _send("escalated", membership.user, subject, **_about(membership, right=right, url=""))


def _signed(by: "Actor") -> Any:
    """Whose name the mail has: the person's, or the vendor's for its staff, as in the log."""
    return by.user if by.kind == "person" else Mailbox(settings.BRAND["info_mail"], settings.BRAND["vendor"])


def _name(by: "Actor") -> str:
    """The same name, for a subject."""
    return by.user.get_full_name() if by.kind == "person" and by.user else settings.BRAND["vendor"]


@dataclass(frozen=True)
class Mailbox:
    """A mailbox as a reader; get_full_name: of the person behind it, nothing where it is a firm's."""

    email: str
    get_full_name: str = ""
    language: str = "de"


def _vendor() -> "Mailbox":
    return Mailbox(settings.BRAND["info_mail"])


TAKEOVER_SUBJECTS = {
    "started": lambda: _("%(name)s is to become %(role)s at %(company)s"),
    "objected": lambda: _("Objection: %(name)s is to become %(role)s at %(company)s"),
    "released": lambda: _("Confirmed: %(name)s is %(role)s at %(company)s"),
    "declined": lambda: _("Declined: %(name)s does not become %(role)s at %(company)s"),
    "withdrawn": lambda: _("Taken back: %(name)s does not become %(role)s at %(company)s"),
}


def mail_takeover(takeover: TakeOver, state: str) -> None:
    """Everybody concerned: licence holders, deputies, the new one, the company's and the vendor's mailbox."""
    company = takeover.company
    readers = {row.user_id: row.user for row in company.memberships.granting().select_related("user")}
    if takeover.membership:
        readers[takeover.membership.user_id] = takeover.membership.user
    words, person = {"name": takeover.name, "company": company.name}, takeover.membership and takeover.membership.user
    # In the language of each reader.
    role = partial(holder_inside, person, is_main=str(state) == "released")
    subject = lambda: TAKEOVER_SUBJECTS[str(state)]() % {**words, "role": role()}  # noqa: E731
    old = ", ".join(row.get_full_name() for row in _holders(company))
    context = {"company": company, "takeover": takeover, "state": str(state), "old": old, "role": role}
    for reader in readers.values():
        _send("takeover", reader, subject, url=_url("takeover", company.number), **context)
    page = settings.PORTAL_URL + reverse("admin:access_takeover_change", args=[takeover.pk])
    _send("takeover", _vendor(), subject, url=page, **context)
    if company.email and company.email not in {reader.email for reader in readers.values()}:
        mailbox = Mailbox(company.email)
        _send("takeover", mailbox, subject, url=_url("takeover", company.number), **context)


def mail_review(review: AccessReview) -> None:
    """To the licence holders: the yearly question."""
    company = review.company
    subject = lambda: _("Is everyone's access at %(company)s still right?") % {"company": company.name}  # noqa: E731
    for holder in _holders(company):
        _send("review", holder, subject, company=company, url=_url("review", company.number))


def sample_invitation(language: str) -> dict[str, str]:
    """What a licence holder whom the vendor invites gets, with stand-ins: {"subject", "text"}."""
    with translation.override(language):
        company = SimpleNamespace(name=_("Example Company"), number="12345")
        reader = SimpleNamespace(get_full_name="Erika Muster", salutation="ms", last_name="Muster", first_name="Erika")
        words = {"who": settings.BRAND["vendor"], "company": company.name}
        context = {
            "reader": reader, "company": company, "is_holder": True, "rights": set(), "by": _vendor(),
            "url": f"{settings.PORTAL_URL}/…", "days": settings.ACCESS["forget_invited_days"],
            "until": timezone.now() + dt.timedelta(days=Invitation.VALID_DAYS),
        }  # fmt: skip
        subject = _("%(who)s invites you to the customer portal (%(company)s)") % words
        made = written("access/mail/invitation_vendor.txt", subject, context)
    return {"subject": str(made.subject), "text": str(made.body)}
