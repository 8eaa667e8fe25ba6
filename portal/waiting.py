""" "Waiting for you": what all apps let wait for one person at one company, the most pressing first."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from access.door import rights_of
from access.models import Membership
from access.waiting import WAITS as ACCESS
from accounts.models import Company
from contracts.waiting import WAITS as CONTRACTS
from downloads.waiting import WAITS as DOWNLOADS
from orders.waiting import WAITS as ORDERS
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
    facts = {f"fact_{name}": fact for waits in APPS for name, fact in waits.facts(request).items()}
    if not facts:
        return []
    found = Company.objects.filter(pk=request.company.pk).values(**facts).get()
    # What can have no row is not asked of the database, and comes as None.
    row = {name.removeprefix("fact_"): value or [] for name, value in found.items()}
    lines = [line for waits in APPS for line in waits.say(request, row)]
    return sorted(lines, key=lambda line: line.rank)[:SHOWN]


def waiting_for(membership: Membership) -> list[Waiting]:
    """The same for a member who is not looking. One query more, for the switches."""
    return lines_of(cast(HttpRequest, Onlooker(membership)))
