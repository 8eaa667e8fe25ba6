"""The agreement on data processing, and announced sub-processors."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.waiting import Answer, Waiting, Waits, rows_of

from .models import SubProcessorChange, Terms


def facts(request: HttpRequest) -> dict[str, Any]:
    if not request.membership.is_holder:
        return {}
    missing = Terms.objects.avv_missing_at(request.company)
    changes = SubProcessorChange.objects.undecided_by(request.company)
    told = SubProcessorChange.objects.filter(pk__in=changes.told(request.company)).order_by("objection_until")
    return {
        "avv": rows_of(missing, valid_from="valid_from"),
        "processors": rows_of(told, firm="processor__name", until="objection_until"),
    }


def say(request: HttpRequest, row: Any) -> list[Waiting]:
    number = request.company.number
    lines = []
    for one in row.get("avv", []):
        answer = Answer(_("Read and conclude"), reverse("avv", args=[number]))
        text, detail = _("The data processing agreement (AVV) is not concluded yet."), _("Read it and sign it here.")
        day = _("valid from %(day)s") % {"day": _day(one["valid_from"])}
        lines.append(Waiting(10, "document-text", text, detail, day, (answer,)))
    for one in row.get("processors", []):
        answer = Answer(_("Read"), reverse("subprocessor_list", args=[number]), about=one["firm"])
        text = _("New sub-processor: %(firm)s.") % {"firm": one["firm"]}
        day = _("objection until %(day)s") % {"day": _day(one["until"])}
        detail = _("You do not have to do anything if you agree.")
        lines.append(Waiting(40, "building-office", text, detail, day, (answer,)))
    return lines


def _day(text: str) -> str:
    return date_format(parse_date(text), "d.m.Y")


WAITS = Waits(facts, say)
