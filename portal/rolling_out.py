"""Inviting the licence holders of an import in waves: looked at, begun, sent in a pace, reminded once."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from access.acting import Actor
from access.inviting import send_again
from access.models import Membership
from accounts.models import Company, User
from portal.lib.refusals import Refused

from .models import MailHandover, Wave, WaveMember

# So many companies in one wave.
MOST = 5000
HOUR = timedelta(hours=1)


@dataclass
class Preview:
    """invited: memberships that get an invitation; left_out: [(company, why)]; unknown: numbers of no company."""

    invited: list[Membership] = field(default_factory=list)
    left_out: list[tuple[Company, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def preview(companies: list[Company], unknown: list[str] | None = None) -> Preview:
    """Who of these companies' main licence holders gets an invitation, and who does not and why."""
    seen = Preview(unknown=unknown or [])
    rows = Membership.objects.filter(company__in=companies, is_main_holder=True).select_related("user", "company")
    holders = {row.company_id: row for row in rows}
    people = [row.user for row in rows]
    known = set(WaveMember.objects.filter(user__in=people).values_list("user_id", flat=True))
    refused = MailHandover.objects.refused_of([person.email for person in people])
    for company in companies:
        row = holders.get(company.pk)
        why = _why_left_out(company, row, known, refused)
        if why or row is None:
            seen.left_out.append((company, why))
        else:
            # With one link a person comes in everywhere.
            known.add(row.user_id)
            seen.invited.append(row)
    return seen


def _why_left_out(company: Company, row: Membership | None, known: set[int], refused: set[str]) -> str:
    """In a sentence, or ""."""
    if company.has_ended or company.is_blocked:
        return _("The contract has ended, or the company is blocked.")
    if row is None:
        return _("No licence holder.")
    return _why_no_link(row.user, refused) or (_("In a wave already.") if row.user_id in known else "")


def _why_no_link(person: User, refused: set[str]) -> str:
    if person.is_staff or not person.is_active:
        return _("The account is closed, or one of our staff's.")
    if person.last_login:
        return _("Has logged in already.")
    if not person.email:
        return _("No e-mail address.")
    if person.email.lower() in refused:
        return _("The last mail to this address came back or was refused.")
    return ""


@transaction.atomic
def begin(by: User, key: uuid.UUID, name: str, pace: int, remind_after: int | None, seen: Preview) -> Wave:
    """The wave of a preview; the same one for the same key. Raises Refused where nobody is left to invite.

    Whom another wave has taken meanwhile is in that one alone.
    """
    fields = {"name": name, "pace": pace, "remind_after": remind_after, "made_by": by}
    wave, is_new = Wave.objects.get_or_create(key=key, defaults=fields)
    if not is_new:
        return wave
    members = [WaveMember(wave=wave, company=row.company, user=row.user) for row in seen.invited]
    WaveMember.objects.bulk_create(members, ignore_conflicts=True, batch_size=1000)
    if not wave.members.exists():
        raise Refused(_("Nobody of these would get an invitation."))
    return wave


def stop(wave: Wave) -> None:
    """No more invitations nor reminders until it goes on."""
    Wave.objects.filter(pk=wave.pk).update(is_stopped=True)


def go_on(wave: Wave) -> None:
    Wave.objects.filter(pk=wave.pk).update(is_stopped=False)


def due_now() -> Iterator[WaveMember]:
    """Whom the waves on their way may write to in this minute, in their pace."""
    now = timezone.now()
    for wave in Wave.objects.filter(is_stopped=False):
        may = _allowance(wave, now)
        if may <= 0:
            continue
        invited = list(wave.members.waiting().only("pk")[:may])
        yield from invited
        yield from _to_remind(wave, now)[: may - len(invited)]


def _allowance(wave: Wave, now: datetime) -> int:
    """How many may go out in this minute: never more in an hour than the pace, and evenly."""
    lately = wave.members.filter(Q(sent_at__gt=now - HOUR) | Q(reminded_at__gt=now - HOUR))
    last = lately.aggregate(last=Greatest(Max("sent_at"), Max("reminded_at")))["last"]
    if last and now - last < HOUR / wave.pace - timedelta(seconds=40):
        return 0
    return min(ceil(wave.pace / 60), wave.pace - lately.count())


def _to_remind(wave: Wave, now: datetime) -> QuerySet[WaveMember]:
    """Who has had the invitation for so many days and has not come; one whose mail came back is not reminded."""
    if not wave.remind_after:
        return wave.members.none()
    old = wave.members.filter(sent_at__lte=now - timedelta(days=wave.remind_after), reminded_at=None)
    return old.with_state().filter(state__in=["invited", "opened"]).only("pk")


def send_one(member: WaveMember) -> None:
    """Invite or remind one; mail and note belong to one transaction, so that whatever dies, it happens once.

    What cannot be sent is noted with the reason and holds up nobody else.
    """
    known = WaveMember.objects.select_related("wave__made_by").get(pk=member.pk)
    with transaction.atomic():
        actor = _actor(known.wave, known.company_id).enter()
        row = WaveMember.objects.select_for_update(of=["self"]).select_related("wave", "user").get(pk=member.pk)
        reminds = row.sent_at is not None
        if row.wave.is_stopped or row.reason or row.reminded_at or (reminds and not _is_due(row)):
            return
        # Before its mail is written: what comes back is looked for from here on.
        now = timezone.now()
        row.reason = _sent(actor, row, reminds)
        if reminds:
            # Once, whatever came of it.
            row.reminded_at, row.reason = now, ""
        elif not row.reason:
            row.sent_at = now
        row.save(update_fields=["sent_at", "reminded_at", "reason"])


def _is_due(row: WaveMember) -> bool:
    """Whether the reminder of one who was invited is due."""
    days = row.wave.remind_after
    return bool(days and row.sent_at and row.sent_at <= timezone.now() - timedelta(days=days))


def _actor(wave: Wave, company: int) -> Actor:
    """Who began the wave; the vendor alone where that account is gone."""
    return Actor.staff(wave.made_by, company) if wave.made_by else Actor.erp(company)


def _sent(actor: Actor, row: WaveMember, reminds: bool) -> str:
    """Sends it; returns why not, or "". Between the preview and this lie hours or weeks."""
    if actor.company.has_ended or actor.company.is_blocked:
        return _("The contract has ended, or the company is blocked.")
    refused = MailHandover.objects.refused_of([row.user.email])
    if why := _why_no_link(row.user, refused):
        return why
    membership = actor.company.memberships.filter(user=row.user, is_holder=True).first()
    if membership is None:
        return _("No licence holder of this company any more.")
    try:
        with transaction.atomic():
            send_again(actor, membership, reminds=reminds)
    except Refused as refusal:
        return str(refusal)[:300]
    return ""


def choose(postal_code: str = "", homecase: str = "", most: int = MOST) -> list[Company]:
    """Companies whose business goes on and nobody of whom has been in a wave; the longest known first.

    postal_code: how it begins; homecase: "yes", "no" or "" for all.
    """
    rows: Any = Company.objects.filter(ended_on=None, is_blocked=False)
    if postal_code:
        rows = rows.filter(postal_code__startswith=postal_code)
    if homecase:
        rows = rows.filter(uses_homecase=homecase == "yes")
    waves = WaveMember.objects.values("company")
    never = Membership.objects.filter(is_main_holder=True, user__last_login=None).values("company")
    return list(rows.filter(pk__in=never).exclude(pk__in=waves).order_by("pk")[:most])


def sample_letters() -> list[dict[str, str]]:
    """The invitation in each language, as a licence holder gets it: {"language", "subject", "text"}."""
    from access.mails import sample_invitation

    return [sample_invitation(code) | {"language": str(label)} for code, label in settings.LANGUAGES]
