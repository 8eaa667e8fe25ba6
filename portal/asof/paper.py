"""The day on paper, for auditors: the same sections as the page."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Company
from portal.lib.days import today
from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf
from portal.lib.tags import clock

from .reading import Day, Line, day_of

TEMPLATE = Path(__file__).parent / "asof.typ"


def as_of_paper(company: Company, rights: Collection[str], day: dt.date | None) -> bytes:
    """PDF/A bytes in the active language; day: the one asked for."""
    stood = day_of(company, day or today(), rights)
    then = date_format(stood.day, "d.m.Y")
    return make_pdf(
        TEMPLATE,
        head=head_of("vendor", is_kept=True),
        title=_("As it stood on %(day)s") % {"day": then},
        recipient=company.address_lines,
        facts=[(_("Customer number"), company.number), (_("As of"), then)],
        sections=sections_of(stood),
        closing=_("Read on %(moment)s from the logs of the portal; as things stood at the end of the day.")
        % {"moment": clock(timezone.now())},
    )


def sections_of(stood: Day) -> list[dict[str, Any]]:
    """[{title, lines, note}] of what may be shown."""
    late = _("The log begins on %(day)s; of days before it nothing can be said.")
    rows = "" if stood.has_rows else late % {"day": _day(stood.rows_began)}
    people = "" if stood.has_people else late % {"day": _day(stood.people_began)}
    found = [_section(_("Address"), [Line(", ".join(stood.address))] if stood.address else [], rows)]
    if stood.licences is not None:
        found.append(_section(_("Licences and maintenance"), stood.licences, rows))
    if stood.documents is not None:
        more = _("Order confirmations and invoices by then: %(count)s") % {"count": stood.other_papers}
        found.append(_section(_("Contracts in force"), stood.documents, more))
    if stood.terms is not None:
        found.append(_section(_("General terms in force"), stood.terms))
    if stood.people is not None:
        closed = _("The company's access was blocked on this day.") if stood.is_closed else ""
        found.append(_section(_("People and their permissions"), stood.people, people or closed))
    return found


def _section(title: str, lines: list[Line], note: str = "") -> dict[str, Any]:
    return {"title": title, "lines": [(one.title, one.detail, one.state) for one in lines], "note": note}


def _day(day: dt.date | None) -> str:
    return date_format(day or today(), "d.m.Y")
