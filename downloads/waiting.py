"""Versions called back that somebody at the company has loaded."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from access.rights import Right
from portal.lib.days import today
from portal.lib.waiting import Answer, Waiting, Waits, rows_of

from .models import Release

# So long a recall is told; it stays on the product's page.
TOLD_FOR = timedelta(days=30)


def facts(request: HttpRequest) -> dict[str, Any]:
    if Right.DOWNLOADS not in request.rights:
        return {}
    recalled = Release.objects.visible_to(request.company).with_loaded(request.company)
    recalled = recalled.filter(withdrawn_on__gte=today() - TOLD_FOR, was_loaded=True).order_by("-withdrawn_on")
    shown = {"product": "product__name", "number": "product__number", "next": "successor__version"}
    return {"recalled": rows_of(recalled, pk="pk", version="version", **shown)}


def say(request: HttpRequest, row: Any) -> list[Waiting]:
    lines = []
    for one in row.get("recalled", []):
        url = reverse("product_detail", args=[request.company.number, one["number"]])
        text = _("%(product)s %(version)s was called back: please do not use it.") % one
        detail = _("Please use version %(next)s instead.") % one if one["next"] else ""
        answer = Answer(_("To the version"), f"{url}#version-{one['pk']}", about=f"{one['product']} {one['version']}")
        lines.append(Waiting(5, "exclamation-triangle", text, detail, answers=(answer,)))
    return lines


WAITS = Waits(facts, say)
