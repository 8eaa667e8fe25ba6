"""What is agreed about somebody's access beside the switches: function, end date, order limits, renewal."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.lib.days import in_months, today

from . import mails
from .acting import AccessRefused, Actor, SavedMeanwhile, save_version
from .ending import close
from .log import Kind
from .models import Membership

FRIDAY = 4
LIMITS = ("order_limit", "order_limit_month")


@transaction.atomic
def set_terms(by: Actor, target: Membership, *, version: int, **terms: Any) -> bool:
    """Change function, ends_on and order limits of a person; returns whether anything changed.

    Raises SavedMeanwhile when the page was older than what is stored, AccessRefused with the field it is about.
    """
    actor, target = by.enter_with(target)
    changed = [name for name, value in terms.items() if getattr(target, name) != value]
    if not changed:
        return False
    if reason := actor.why_not_touched(target):
        raise AccessRefused(reason)
    if target.version != version:
        raise SavedMeanwhile([target])
    _check_terms(actor, target, terms, changed)
    for name in changed:
        setattr(target, name, terms[name])
    save_version(target, *changed)
    if set(changed) - {"function", "phone"}:
        mails.mail_terms(target, actor)
    return True


def _check_terms(actor: Actor, target: Membership, terms: dict[str, Any], changed: list[str]) -> None:
    if target.is_holder and terms.get("ends_on"):
        raise AccessRefused(_("A licence holder has no end date."), field="ends_on")
    if "ends_on" in changed and target.state == "expired" and (reason := actor.why_not_let_in_again(target)):
        raise AccessRefused(reason, field="ends_on")
    check_limits(actor, {name: terms[name] for name in changed})


def check_limits(actor: Actor, terms: dict[str, Any]) -> None:
    """Nobody gives more than they have: a deputy's own order limits bind what they set. Raises AccessRefused."""
    for name in LIMITS:
        own = None if actor.leads else getattr(actor.membership, name, None)
        if own is not None and name in terms and (terms[name] is None or terms[name] > own):
            raise AccessRefused(_("You can only give a limit up to your own."), field=name)


@transaction.atomic
def renew(by: Actor, target: Membership) -> dt.date:
    """Access goes on for the usual months (settings.ACCESS) from today, or from its end date. Returns the new date."""
    actor, target = by.enter_with(target)
    if reason := actor.why_not_touched(target) or actor.why_not_let_in_again(target):
        raise AccessRefused(reason)
    if not target.ends_on:
        raise AccessRefused(_("This access has no end date."))
    # Two presses of the button renew once.
    end = in_months(today(), settings.ACCESS["renewal_months"])
    if target.ends_on >= end:
        return target.ends_on
    target.ends_on = end
    save_version(target, "ends_on")
    mails.mail_terms(target, actor)
    return end


@transaction.atomic
def end_on_friday(by: Actor, target: Membership) -> dt.date:
    """Access ends with the coming Friday: help for a few days, given in one click. Returns that day."""
    actor, target = by.enter_with(target)
    if reason := actor.why_not_touched(target):
        raise AccessRefused(reason)
    day = coming_friday()
    _check_terms(actor, target, {"ends_on": day}, ["ends_on"])
    if target.ends_on != day:
        target.ends_on = day
        save_version(target, "ends_on")
        mails.mail_terms(target, actor)
    return day


def coming_friday() -> dt.date:
    """The next Friday; on a Friday the one in a week."""
    now = today()
    return now + dt.timedelta(days=(FRIDAY - now.weekday() - 1) % 7 + 1)


def set_own_phone(membership: Membership, phone: str) -> None:
    """A person's own phone number at a company, theirs to change without anybody's leave."""
    Membership.objects.filter(pk=membership.pk).update(phone=phone)
    membership.phone = phone


def set_weekly_mail(membership: Membership, wanted: bool) -> None:
    """Whether a person gets the weekly mail of what waits for them at a company; their own wish."""
    Membership.objects.filter(pk=membership.pk).update(weekly_mail=wanted)
    membership.weekly_mail = wanted


def note_weekly_mail(membership: Membership, day: dt.date) -> bool:
    """Note the day's weekly mail; False where it is noted already, or is not wanted any more."""
    due = Membership.objects.filter(pk=membership.pk).due_weekly(day)
    return bool(due.update(weekly_sent_on=day))


def expire(row: Membership, actor: Actor) -> None:
    """The day after an end date: the log says so, the person is told, what hung on the access ends. Row locked."""
    assert row.ends_on is not None  # noqa: S101
    row.expired_for = row.ends_on
    row.save(update_fields=["expired_for"])
    actor.note(Kind.EXPIRED, row, to=row.ends_on.isoformat())
    close(row, by=None)
    mails.mail_expired(row)


def remind(row: Membership) -> None:
    """Two weeks before an end date, once: the person and those who can renew it. The row is locked."""
    row.reminded_for = row.ends_on
    row.save(update_fields=["reminded_for"])
    mails.mail_reminder(row)
