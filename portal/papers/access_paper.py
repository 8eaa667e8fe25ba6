"""The proof of who may do what today, with what became different since the last one."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import Membership
from portal.asof.paper import TEMPLATE
from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf
from portal.lib.tags import clock

from .access_now import differences, facts_of, members_of, standing_of
from .models import Paper


def access_paper(paper: Paper) -> bytes:
    """PDF/A bytes in the active language; what they say is put on the paper, for the next one."""
    company = paper.company
    last = company.papers.proofs().first()
    members = members_of(company)
    paper.said = standing_of(members)
    return make_pdf(
        TEMPLATE,
        head=head_of("vendor", is_kept=True),
        title=_("Who may do what"),
        recipient=company.address_lines,
        facts=[(_("Customer number"), company.number), (_("As of"), date_format(timezone.localdate(), "d.m.Y"))],
        sections=[_differences(paper, last, members), _people(members, paper.said)],
        closing=_("Read on %(moment)s from the permissions in force.") % {"moment": clock(timezone.now())},
    )


def title_of_differences(last: Paper | None) -> str:
    """The heading over what became different since the last proof; None where this is the first."""
    if last is None:
        return _("Changes")
    return _("Changes since the proof of %(moment)s") % {"moment": clock(last.made_at)}


def _differences(paper: Paper, last: Paper | None, members: list[Membership]) -> dict[str, Any]:
    found = differences(paper.company, last.said or {}, members) if last else []
    note = "" if found else _("Nothing has changed.") if last else _("This is the first proof.")
    lines = [(one.name, "\n".join(one.changes), "") for one in found]
    return {"title": title_of_differences(last), "lines": lines, "note": note}


def _people(members: list[Membership], said: dict[str, Any]) -> dict[str, Any]:
    lines = [_line(member, facts_of(said[str(member.user_id)])) for member in members]
    return {"title": _("People and their permissions"), "lines": lines, "note": ""}


def _line(member: Membership, facts: dict[str, str]) -> tuple[str, str, str]:
    role, state = facts.pop(_("Role")), facts.pop(_("State"))
    may = [_("may do everything")] if member.is_holder else [f"{label}: {text}" for label, text in facts.items()]
    login = date_format(timezone.localtime(member.user.last_login), "d.m.Y") if _is_seen(member) else "–"
    name = f"{member.name}\n{member.user.email or ''}\n{role}"
    return name, "\n".join(may) or "–", f"{state}\n{_('last login')}: {login}"


def _is_seen(member: Membership) -> bool:
    # Until somebody has accepted, nothing of an account they may have is told.
    return bool(member.accepted_at and member.user.last_login)
