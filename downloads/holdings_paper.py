"""Mein Bestand on paper: the drawing and its table, dated."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.rights import Right
from accounts.models import Company
from portal.lib.days import today
from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf

from .axis import Row, picture_of
from .holdings import Holding, holdings_of

TEMPLATE = Path(__file__).parent / "holdings.typ"


def holdings_paper(company: Company, rights: Collection[str], day: dt.date | None = None) -> bytes:
    """PDF/A bytes in the active language, as of today. What is installed is in it for who has Downloads."""
    picture = picture_of(holdings_of(company, with_places=Right.DOWNLOADS in rights))
    now = date_format(today(), "d.m.Y")
    return make_pdf(
        TEMPLATE,
        head=head_of("vendor", is_kept=True),
        title=_("My holdings"),
        recipient=company.address_lines,
        facts=[(_("Customer number"), company.number), (_("As of"), now)],
        years=[(year.name, year.x) for year in picture.years],
        now=picture.now,
        columns=[_("Licence"), "", _("State")],
        rows=[_drawn(row) for row in picture.rows],
        signs=[
            ("care", _("Maintenance (SPV, UPV)")), ("soon", _("last 90 days")), ("rent", _("Rent")),
            ("ended", _("ended")), ("now", _("today")), ("support", _("Support ends")),
        ],
        none=_("No licence yet"),
    )  # fmt: skip


def _drawn(row: Row) -> dict[str, Any]:
    return {
        "title": str(row.holding.licence.product),
        "lines": _lines(row.holding),
        "own": row.own,
        "bars": [(bar.kind, bar.x, bar.width) for bar in row.bars],
        "support": row.support.x if row.support else "",
        "state": [row.holding.ends, row.holding.left if row.holding.has_care else ""],
    }


def _lines(holding: Holding) -> list[str]:
    licence = holding.licence
    words = {"seats": licence.seats, "day": date_format(licence.starts_on, "d.m.Y")}
    lines = [
        licence.number,
        ngettext("%(seats)s seat, since %(day)s", "%(seats)s seats, since %(day)s", licence.seats) % words,
    ]
    if holding.support:
        lines.append(_("Support until %(day)s") % {"day": date_format(holding.support, "d.m.Y")})
    return lines + [f"{place.name}: {place.version} ({place.distance})" for place in holding.installed]
