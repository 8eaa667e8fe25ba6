"""The yearly review: "Is everyone's access still right?", one click per person, and a dated paper as proof."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.files import generated_name
from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf
from portal.lib.tags import clock

from . import mails
from .acting import AccessRefused, Actor
from .log import Kind
from .models import AccessReview, Membership, ReviewedPerson
from .rights import Right

PAPER = Path(__file__).parent / "review.typ"
Verdict = ReviewedPerson.Verdict


def open_review(actor: Actor) -> AccessReview:
    """Begin a review of all authorised people of the entered company; the open one when there is one already.

    The portal mails the licence holders then.
    """
    company = actor.company
    if review := company.access_reviews.filter(closed_at=None).first():
        return review
    review = company.access_reviews.create()
    join_newcomers(review)
    actor.note(Kind.REVIEW_OPENED)
    if actor.user is None:
        mails.mail_review(review)
    return review


def join_newcomers(review: AccessReview) -> None:
    """People let in since the review was opened stand on it too."""
    known = review.people.exclude(membership=None).values("membership")
    others = review.company.memberships.filter(is_holder=False).exclude(pk__in=known).select_related("user")
    ReviewedPerson.objects.bulk_create(
        ReviewedPerson(review=review, membership=row, name=row.name[:300], email=row.user.email or "")
        for row in others.exclude(accepted_at=None)
    )


@transaction.atomic
def start_review(by: Actor) -> AccessReview:
    """Begin a review by hand. Raises AccessRefused."""
    return open_review(by.enter())


@transaction.atomic
def keep(by: Actor, person: ReviewedPerson) -> None:
    """Confirm one person's access in an open review. Raises AccessRefused."""
    actor = by.enter()
    person = actor.company.access_reviews.get(pk=person.review_id).people.select_for_update().get(pk=person.pk)
    if person.verdict or person.review.closed_at or person.membership is None:
        return
    actor, target = actor.enter_with(person.membership)
    if reason := actor.why_not_touched(target):
        raise AccessRefused(reason)
    person.verdict, person.decided_at = Verdict.KEPT, timezone.now()
    person.decided_by_name, person.rights = actor.name, sorted(target.granted)
    person.last_login = target.user.last_login
    person.save()
    actor.note(Kind.REVIEW_CONFIRMED, target)


@transaction.atomic
def close_review(by: Actor, review: AccessReview) -> AccessReview:
    """Close a review when everybody on it is decided, and write its paper. Raises AccessRefused."""
    actor = by.enter()
    review = actor.company.access_reviews.select_for_update().get(pk=review.pk)
    review.company = actor.company
    if review.closed_at:
        return review
    join_newcomers(review)
    if review.people.filter(verdict="").exists():
        raise AccessRefused(_("Please review the remaining people first."))
    review.closed_at, review.closed_by, review.closed_by_name = timezone.now(), actor.user, actor.name
    paper = make_pdf(PAPER, **paper_of(review))
    review.file.save(generated_name("access-reviews", "review.pdf"), ContentFile(paper), save=False)
    review.sha256 = hashlib.sha256(paper).hexdigest()
    review.save()
    actor.note(Kind.REVIEW_CLOSED)
    return review


def title_of(review: AccessReview) -> str:
    return _("Review of access, %(day)s") % {"day": _day(review.closed_at or review.opened_at)}


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "d.m.Y")


def paper_of(review: AccessReview) -> dict[str, Any]:
    """What the paper says: texts in the reader's language, one row of four cells per person."""
    company = review.company
    context = {"name": review.closed_by_name, "company": company.name, "moment": _moment(review.closed_at)}
    return {
        "title": title_of(review),
        "head": head_of("vendor", is_kept=True),
        "recipient": company.address_lines,
        "facts": [(_("Customer number"), company.number), (_("Date"), _day(review.closed_at or review.opened_at))],
        "lead": [_("Who could do what at this company, and what was decided about it.")],
        "columns": [_("Person"), _("Permissions"), _("Last login"), _("Decision")],
        "rows": [_row(person) for person in review.people.all()],
        "closing": _("Closed on %(moment)s by %(name)s for %(company)s.") % context,
    }


def _row(person: ReviewedPerson) -> list[str]:
    rights = ", ".join(str(right.label) for right in Right if right.value in person.rights)
    last = date_format(timezone.localtime(person.last_login), "d.m.Y") if person.last_login else "–"
    decided = f"{person.get_verdict_display()}, {_moment(person.decided_at)}, {person.decided_by_name}"
    return [f"{person.name}\n{person.email}".strip(), rights or "–", last, decided.rstrip(", ")]


def _moment(moment: datetime | None) -> str:
    return clock(moment) or "–"


def unused_since() -> datetime:
    """Who has not logged in after this moment is marked in the review."""
    return timezone.now() - timedelta(days=settings.ACCESS["unused_days"])


def is_unused(membership: Membership) -> bool:
    """Whether the person has not logged in for so long; who came in lately is not asked for a login."""
    since = unused_since()
    return (membership.user.last_login or membership.accepted_at or membership.created_at) < since
