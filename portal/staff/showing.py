"""How the admin writes what is stored: yes and no in words, sums of money, states as icon, word and colour."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.lib.days import is_endless
from portal.lib.tags import filesize, last_day, money

# What a state means for who works with it; any other is told without a colour.
TONES = {
    "ok": {"accepted", "answered", "delivered", "done", "fulfilled", "in", "kept", "opened", "released", "sent"},
    "wait": {
        "checked", "checking", "importing", "objected", "offered", "packing", "partly", "received", "receiving",
        "unclear", "waiting",
    },
    "danger": {"bounced", "broken", "failed", "quarantined", "refused"},
}  # fmt: skip
STATES = {"state", "end", "verdict", "course"}


@dataclass(frozen=True)
class Shown:
    """html: the value as people read it. is_number: it stands at the right of its column."""

    html: SafeString | str
    is_number: bool = False


def shown(field: models.Field | None, name: str, value: Any, *, is_boolean: bool = False) -> Shown | None:
    """A value in our writing, or None where Django's is the same."""
    if isinstance(value, bool) or (value is None and is_boolean):
        return Shown(yes_or_no(value))
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        is_money = field is None or getattr(field, "decimal_places", 0) == 2
        return Shown(money(value), is_number=True) if is_money else None
    if isinstance(value, dt.date):
        return Shown(_day(value))
    if name == "size" and isinstance(value, int):
        return Shown(filesize(value), is_number=True)
    if isinstance(value, int) and not getattr(field, "choices", None):
        return Shown(str(value), is_number=True)
    if name in STATES and field is not None and field.choices:
        return Shown(state(str(value), str(dict(field.flatchoices).get(value, value))))
    return None


def _day(value: dt.date) -> SafeString:
    """A day or a moment, on one line; far away is without limit."""
    if isinstance(value, dt.datetime):
        words = localize(localtime(value))
    else:
        words = last_day(value) if is_endless(value) else localize(value)
    return format_html('<span class="nowrap">{}</span>', words)


def yes_or_no(value: bool | None) -> SafeString | str:
    """ "Ja" beside a tick, a soft "Nein", and a dash for what is not known."""
    if value is None:
        return "–"
    if value:
        return _drawn("ok", _("Yes"))
    return format_html('<span class="soft">{}</span>', _("No"))


def state(value: str, words: str) -> SafeString:
    """A state as icon, word and colour."""
    tone = next((tone for tone, values in TONES.items() if value in values), "off")
    return _drawn(tone, words)


@lru_cache(500)
def _drawn(tone: str, text: str) -> SafeString:
    drawn = render_to_string("components/_state.html", {"tone": tone, "text": text})
    return mark_safe(" ".join(drawn.split()))  # noqa: S308 - drawn by a template, which escapes
