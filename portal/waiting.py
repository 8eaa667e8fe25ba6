""" "Waiting for you": what all apps let wait for one person at one company, the most pressing first."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from access.door import rights_of
from access.models import Membership
from access.waiting import WAITS as ACCESS
from accounts.models import Company, User
from contracts.waiting import WAITS as CONTRACTS
from downloads.waiting import WAITS as DOWNLOADS
from orders.waiting import WAITS as ORDERS
from portal.lib.days import ONE_DAY, today
from portal.lib.standing import Standing
from portal.lib.waiting import Waiting
from shop.waiting import WAITS as SHOP

APPS = [DOWNLOADS, CONTRACTS, ACCESS, ORDERS, SHOP]
SHOWN = 5


@dataclass(frozen=True)
class Onlooker:
    """Somebody at a company, as a request knows them; for whom nobody is looking, such as the weekly mail."""

    membership: Membership

    @property
    def user(self) -> Any:
        return self.membership.user

    @property
    def company(self) -> Company:
        return self.membership.company

    @property
    def rights(self) -> set[str]:
        return rights_of(self.membership)


def lines_of(request: HttpRequest) -> list[Waiting]:
    """The lines of who asks, the most pressing first: all in one query, none where nothing may be answered."""
    member = request.membership  # type: ignore[attr-defined]
    variant = frozenset(request.rights), member.is_holder, request.company.has_ended  # type: ignore[attr-defined]
    if not _asks_anything(*variant):
        return []
    (found,) = FACTS(*variant, company=member.company_id, user=member.user_id, membership=member.pk)
    # What can have no row is not asked of the database, and comes as None.
    row = {name.removeprefix("fact_"): value or [] for name, value in found.items()}
    lines = [line for waits in APPS for line in waits.say(request, row)]
    return sorted(lines, key=lambda line: line.rank)[:SHOWN]


def _facts_of(
    rights: frozenset[str], is_holder: bool, has_ended: bool, company: int, user: int, membership: int
) -> dict[str, Any]:
    """What is asked for somebody of whom no more is known than what decides how the question looks."""
    at = Company(pk=company, ended_on=today() - ONE_DAY if has_ended else None)
    person = User(pk=user)
    member = Membership.imagined(membership, at, person, is_holder=is_holder, rights=rights)
    asked = HttpRequest()
    asked.company, asked.user = at, person  # type: ignore[attr-defined, assignment]
    asked.membership, asked.rights = member, set(rights)  # type: ignore[attr-defined]
    return {f"fact_{name}": fact for waits in APPS for name, fact in waits.facts(asked).items()}


@cache
def _asks_anything(*variant: Any) -> bool:
    return bool(_facts_of(*variant, company=-1, user=-1, membership=-1))


def _facts(
    rights: frozenset[str], is_holder: bool, has_ended: bool, company: int, user: int, membership: int
) -> QuerySet[Company, dict[str, Any]]:
    facts = _facts_of(rights, is_holder, has_ended, company, user, membership)
    return Company.objects.filter(pk=company).values(**facts)


FACTS = Standing(_facts, company=int, user=int, membership=int)


def waiting_for(membership: Membership) -> list[Waiting]:
    """The same for a member who is not looking. One query more, for the switches."""
    return lines_of(cast(HttpRequest, Onlooker(membership)))
