"""One page that shows all of a membership at once, as the vendor's staff have it: each change by its own verb."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .acting import AccessRefused, Actor, SavedMeanwhile
from .ending import resume, suspend
from .holders import end_holder, make_main, name_holder
from .models import Membership
from .switches import Wish, save_switches
from .terms import set_terms

TERMS = ("function", "phone", "ends_on", "order_limit", "order_limit_month")


@dataclass(frozen=True)
class Wanted:
    """A membership as somebody wants it. version: of the page it was wanted on; switches: Right values."""

    version: int
    is_holder: bool
    is_main_holder: bool
    is_suspended: bool
    switches: frozenset[str]
    terms: dict[str, Any] = field(default_factory=dict)


def as_stored(row: Membership) -> dict[str, Any]:
    """A membership as such a page shows it: field -> value."""
    own = {name: getattr(row, name) for name in ("is_holder", "is_main_holder", *TERMS)}
    return own | {"is_suspended": bool(row.suspended_at), "switches": frozenset(row.granted)}


@transaction.atomic
def revise(by: Actor, target: Membership, wanted: Wanted) -> None:
    """Make a membership what is wanted, all or nothing; each verb mails and refuses as it does elsewhere.

    Raises SavedMeanwhile when the page was older than what is stored, and AccessRefused.
    """
    _actor, row = by.enter_with(target)
    if row.version != wanted.version:
        raise SavedMeanwhile([row])
    if row.is_holder and not wanted.is_holder:
        end_holder(by, row)
    _open_or_close(by, _again(row), wanted)
    _agree(by, _again(row), wanted)
    if wanted.is_holder and not row.is_holder:
        name_holder(by, row)
    if wanted.is_main_holder and not row.is_main_holder:
        make_main(by, row)


def _again(row: Membership) -> Membership:
    return Membership.objects.select_related("company", "user").get(pk=row.pk)


def _open_or_close(by: Actor, row: Membership, wanted: Wanted) -> None:
    if wanted.is_suspended and not row.suspended_at:
        suspend(by, row)
    elif row.suspended_at and not wanted.is_suspended:
        resume(by, row)


def _agree(by: Actor, row: Membership, wanted: Wanted) -> None:
    terms = dict(wanted.terms)
    if wanted.is_holder and not row.is_holder:
        if terms["ends_on"] != row.ends_on and terms["ends_on"]:
            raise AccessRefused(_("A licence holder has no end date."), field="ends_on")
        del terms["ends_on"]
    set_terms(by, row, version=row.version, **terms)
    if not wanted.is_holder:
        row, had = _again(row), frozenset(_again(row).granted)
        wish = Wish(row.version, had, on=wanted.switches - had, off=had - wanted.switches)
        save_switches(by, {row.pk: wish})
