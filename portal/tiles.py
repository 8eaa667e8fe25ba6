"""The tiles, in the order people see them."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse

from access.tile import TILE as ACCESS
from accounts.models import Company, User
from accounts.tile import TILE as ACCOUNT
from contracts.tile import TILE as CONTRACTS
from downloads.tile import TILE as DOWNLOADS
from orders.tile import TILE as ORDERS
from portal.lib.days import ONE_DAY, today
from portal.lib.standing import Standing
from portal.lib.tiles import Fact, Tile
from shop.tile import TILE as SHOP
from support.tile import TILE as SUPPORT

# Stands for a company's number where addresses are made once.
MARK = "q0NUMBER0q"
# What reverse() leaves as it is.
UNQUOTED = "!$&'()*+,;=/~:@"
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
    number = quote(request.company.number, safe=UNQUOTED)
    return shown_tiles(number, request.rights, current_keys(request.path, number))


def shown_tiles(number, rights, current):
    """The same for the quoted number of a company. current: the keys of those whose pages one is at."""
    urls = _urls()
    return [
        ShownTile(tile, urls[tile.key].replace(MARK, number), not tile.opens_to(rights), tile.key in current)
        for tile in TILES
    ]


def current_keys(path, number):
    """The keys of the tiles whose pages the path belongs to."""
    return tuple(key for key, url in _urls().items() if path.startswith(url.replace(MARK, number)))


@lru_cache
def _urls():
    """{key: address} with a mark for the company's number; made once, as each costs more than all the rest."""
    return {tile.key: reverse(tile.url_name, args=[MARK]) for tile in TILES}


def tiles_with_facts(request):
    """The same with the live facts, all read in a single query."""
    shown = tiles_of(request)
    row = _read(request)
    for tile in shown:
        if not tile.is_locked:
            tile.fact = tile.say(request, row)
    return shown


def _read(request):
    """What the tiles that are open tell of, by name."""
    company, person = request.company, request.user
    found = FACTS(frozenset(request.rights), company.has_ended, company=company.pk, user=person.pk)
    return {name.removeprefix(PREFIX): value for name, value in found[0].items()} if found else {}


# Because a fact may be called like a field of the company.
PREFIX = "fact_"


def _facts(rights, has_ended, company, user):
    """All facts in one question. Tiles see a company and a person of whom no more is known than what decides."""
    ended_on = today() - ONE_DAY if has_ended else None
    asked = HttpRequest()
    asked.company, asked.user, asked.rights = Company(pk=company, ended_on=ended_on), User(pk=user), rights
    facts = {}
    for tile in TILES:
        if tile.opens_to(rights):
            facts |= tile.facts(asked)
    return Company.objects.filter(pk=company).values(**{PREFIX + name: fact for name, fact in facts.items()})


FACTS = Standing(_facts, company=int, user=int)
