"""The tiles, in the order people see them."""

from dataclasses import dataclass

from django.urls import reverse

from access.tile import TILE as ACCESS
from accounts.models import Company
from accounts.tile import TILE as ACCOUNT
from contracts.tile import TILE as CONTRACTS
from downloads.tile import TILE as DOWNLOADS
from orders.tile import TILE as ORDERS
from portal.lib.tiles import Fact, Tile
from shop.tile import TILE as SHOP
from support.tile import TILE as SUPPORT

TILES = [ACCOUNT, CONTRACTS, ACCESS, DOWNLOADS, SUPPORT, SHOP, ORDERS]


@dataclass
class ShownTile:
    """A tile as one person at one company sees it."""

    tile: Tile
    url: str
    is_locked: bool
    is_current: bool
    fact: Fact = Fact()

    def __getattr__(self, name):
        return getattr(self.tile, name)


def tiles_of(request):
    """All tiles for the person at request.company; no query."""
    shown = []
    for tile in TILES:
        url = reverse(tile.url_name, args=[request.company.number])
        shown.append(ShownTile(tile, url, not tile.opens_to(request.rights), request.path.startswith(url)))
    return shown


def tiles_with_facts(request, more=None):
    """(the same with the live facts, the row they were read from): all in a single query, with what is asked along."""
    shown = tiles_of(request)
    facts = dict(more or {})
    for tile in shown:
        if not tile.is_locked:
            facts |= tile.facts(request)
    row = read(request.company, facts) if facts else {}
    for tile in shown:
        if not tile.is_locked:
            tile.fact = tile.say(request, row)
    return shown, row


def read(company, facts):
    """Expressions about a company, in one query: name -> value."""
    # Prefixed, because a fact may be called like a field of the company.
    prefixed = {f"fact_{name}": expression for name, expression in facts.items()}
    row = Company.objects.filter(pk=company.pk).values(**prefixed).get()
    return {name: row[f"fact_{name}"] for name in facts}
