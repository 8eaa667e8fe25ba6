"""The icons' tags, each icon drawn once: the library reads and writes the drawing anew for every one on every page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.safestring import SafeString
from heroicons.templatetags import heroicons

register = template.Library()
# Names, sizes and attributes stand in templates; few of them are computed.
MOST = 1000


def _drawn_once(tag: Callable[..., str]) -> Callable[..., str]:
    kept = lru_cache(MOST)(tag)

    def draw(name: str, **attributes: Any) -> str:
        # A SafeString is written as it is, and any other text escaped; both look the same to the cache.
        plain = {key: value + "" if isinstance(value, SafeString) else value for key, value in attributes.items()}
        return kept(name, **plain)

    return draw


for name in ("heroicon_micro", "heroicon_mini", "heroicon_outline", "heroicon_solid"):
    register.simple_tag(_drawn_once(getattr(heroicons, name)), name=name)
