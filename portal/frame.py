"""The frame of every page - head, bar and foot - drawn once for each way it can look.

What differs from person to person stands in the drawing as marks, and is put in for whoever asks, escaped as in any
template. How the drawing looks (rights, language, where one is) is what it is kept by; no name or number is.
"""

import re
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .tiles import MARK as NUMBER
from .tiles import UNQUOTED, current_keys, shown_tiles

# In an address as in a text nothing of a mark is escaped; nobody's name has one.
MARK = re.compile(r"(/?)q0(NUMBER|COMPANY|NAME|MAIL|TOKEN|PATH)0q")
# Rights, languages, tiles and carts multiply; few of them are in use.
MOST = 1000


class Look(NamedTuple):
    """All that decides how the bar looks. tiles: the keys of the tile one stands at; None outside a company."""

    language: str
    brand: tuple[Any, ...]
    is_person: bool = False
    is_staff: bool = False
    has_mail: bool = False
    rights: frozenset[str] | None = None
    tiles: tuple[str, ...] = ()
    has_company: bool = False
    has_others: bool = False
    # What is in the cart, None for who may not order: a number is said in words of its own.
    cart: int | None = None


class Frame:
    """Head, bar and foot as HTML for one request; each is made when the template asks for it."""

    def __init__(self, request: HttpRequest, cart_count: int | None) -> None:
        self.request, self.cart_count = request, cart_count

    def head(self) -> SafeString:
        return mark_safe(_head(self._plain()))  # noqa: S308 - drawn by a template

    def bar(self) -> SafeString:
        return self._filled(_bar(self._look()))

    def foot(self) -> SafeString:
        return self._filled(_foot(self._plain()))

    def _plain(self) -> Look:
        return Look(get_language() or "", _brand())

    def _look(self) -> Look:
        request, person = self.request, self.request.user
        company, rights = getattr(request, "company", None), getattr(request, "rights", None)
        look = self._plain()._replace(is_person=person.is_authenticated)
        if person.is_authenticated:
            look = look._replace(is_staff=person.is_staff, has_mail=bool(person.email))
        if company is None:
            return look
        look = look._replace(has_company=True, has_others=bool(getattr(request, "has_other_companies", False)))
        tiles = current_keys(request.path, _quoted(company.number))
        return look._replace(cart=self.cart_count, rights=None if rights is None else frozenset(rights), tiles=tiles)

    def _filled(self, drawn: str) -> SafeString:
        return mark_safe(MARK.sub(lambda found: found[1] + self._value(found[2], bool(found[1])), drawn))  # noqa: S308 - values are escaped

    def _value(self, name: str, in_address: bool) -> str:
        request, person = self.request, self.request.user
        company = getattr(request, "company", None)
        if name == "TOKEN":
            return get_token(request)
        values = {
            "NUMBER": lambda: _quoted(company.number) if in_address else company.number,
            "COMPANY": lambda: company.name,
            "NAME": lambda: person.get_full_name() or person.username,
            "MAIL": lambda: person.email,
            "PATH": request.get_full_path,
        }
        return escape(values[name]())


def _quoted(number: str) -> str:
    return quote(number, safe=UNQUOTED)


def _brand() -> tuple[Any, ...]:
    return tuple(settings.BRAND.items())


@lru_cache
def _head(look: Look) -> str:
    return render_to_string("components/_head.html", {"brand": settings.BRAND})


@lru_cache
def _foot(look: Look) -> str:
    request = SimpleNamespace(get_full_path="q0PATH0q")
    context = {"brand": settings.BRAND, "request": request, "csrf_token": "q0TOKEN0q"}
    return render_to_string("components/_footer.html", context)


@lru_cache(MOST)
def _bar(look: Look) -> str:
    """The bar with marks in place of everything that is somebody's own."""
    company = SimpleNamespace(number=NUMBER, name="q0COMPANY0q") if look.has_company else None
    person = SimpleNamespace(
        is_authenticated=look.is_person, is_staff=look.is_staff, username="", get_full_name="q0NAME0q",
        email="q0MAIL0q" if look.has_mail else "",
    )  # fmt: skip
    context = {
        "brand": settings.BRAND,
        "request": SimpleNamespace(company=company, user=person, has_other_companies=look.has_others),
        "csrf_token": "q0TOKEN0q",
        "cart_count": look.cart,
    }
    if look.rights is not None:
        context["tiles"] = shown_tiles(NUMBER, look.rights, look.tiles)
    return render_to_string("components/_bar.html", context)
