"""Requests for access, a review, and what was answered a moment ago."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.waiting import Answer, Waiting, Waits, rows_of

from .acting import Actor
from .models import AccessRequest
from .rights import ADVISED, Right

NAME = {"first": "membership__user__first_name", "last": "membership__user__last_name"}
SHOWN = {"pk": "pk", "right": "right", **NAME}


def facts(request: HttpRequest) -> dict[str, Any]:
    if Right.ACCESS not in request.rights:
        return {}
    others = AccessRequest.objects.filter(membership__company=request.company).exclude(membership=request.membership)
    mine = others.filter(right__in=Actor.member(request.membership).grantable())
    reviews = request.company.access_reviews.filter(closed_at=None).order_by()
    return {
        "requests": rows_of(mine.filter(answered_at=None).order_by("created_at"), **SHOWN),
        "answered": rows_of(mine.answered_lately(request.user), is_granted="is_granted", **SHOWN),
        "reviews_open": rows_of(reviews, pk="pk"),
    }


def say(request: HttpRequest, row: Any) -> list[Waiting]:
    number = request.company.number
    lines = [_asked(number, one) for one in row.get("requests", [])]
    lines += [_answered(number, one) for one in row.get("answered", [])]
    if row.get("reviews_open"):
        answer = Answer(_("Review now"), reverse("review", args=[number]))
        text, detail = _("The yearly review of access is due."), _("One click per person, and a dated paper as proof.")
        lines.append(Waiting(50, "shield-check", text, detail, answers=(answer,)))
    return lines


def _words(one: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"{one['first']} {one['last']}".strip(), "right": Right(one["right"]).label}


def _asked(number: str, one: dict[str, Any]) -> Waiting:
    words, url = _words(one), reverse("request_answer", args=[number, one["pk"]])
    no = Answer(pgettext("request", "Decline"), url, "no", True, _("Decline: %(right)s for %(name)s") % words)
    yes = Answer(pgettext("request", "Grant"), url, "yes", True, _("Grant: %(right)s to %(name)s") % words)
    if one["right"] in ADVISED:
        yes = Answer(_("Read and grant …"), url)
    return Waiting(20, "key", _("%(name)s asks for %(right)s.") % words, answers=(no, yes))


def _answered(number: str, one: dict[str, Any]) -> Waiting:
    words, url = _words(one), reverse("request_undo", args=[number, one["pk"]])
    text = _("%(name)s now has %(right)s.") if one["is_granted"] else _("Declined: %(right)s for %(name)s.")
    undo = Answer(_("Undo"), url, is_post=True, about=_("Undo: %(right)s for %(name)s") % words)
    return Waiting(15, "check-circle", text % words, answers=(undo,), is_done=True)


WAITS = Waits(facts, say)
