"""The icons' tags, each icon drawn once: the library reads and writes the drawing anew for every one on every page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
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


# As components/_state.html has them.
TONES = {"ok": "check-circle", "wait": "clock", "danger": "x-circle", "info": "information-circle"}


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with the tone of a state."""
    return TONES.get(tone, "minus-circle")


@register.simple_tag
@lru_cache(MOST)
def icon_sprite(*names: str) -> SafeString:
    """Small icons drawn once for a page whose rows show them by icon_use."""
    drawn = (heroicons.heroicon_mini(name, size=20) for name in names)
    symbols = (
        svg.replace("<svg", f'<symbol id="i-{name}"', 1).replace("</svg>", "</symbol>")
        for name, svg in zip(names, drawn, strict=True)
    )
    # Not hidden: an <svg> knows no such attribute.
    return mark_safe(f'<svg class="sprite" width="0" height="0" aria-hidden="true">{"".join(symbols)}</svg>')  # noqa: S308


@register.simple_tag
@lru_cache(MOST)
def icon_use(name: str, size: int) -> SafeString:
    """One of the page's sprite."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true"><use href="#i-{1}"/></svg>', size, name
    )


@lru_cache(MOST)
def _state(tone: str, text: str) -> SafeString:
    return format_html('<span class="state state-{}">{} {}</span>', tone, icon_use(tone_icon(tone), 18), text)


@register.simple_tag
def icon_state(tone: str, text: Any) -> SafeString:
    """A state as components/_state.html has it, of the page's sprite; for the rows of a list."""
    return _state(tone, str(text))
