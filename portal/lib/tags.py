"""Filters and tags for every template, built in."""

import datetime as dt
import uuid
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.apps import apps
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as lazy

from . import plain
from .addresses import NumberConverter
from .days import is_endless, today
from .letterhead import legal_line
from .units import unit_of, with_unit

register = template.Library()
NUMBER = NumberConverter()
# Salutations as a mail begins with them.
TITLES = {"ms": lazy("Ms"), "mr": lazy("Mr")}
CENT = Decimal("0.01")

# For mails, whose templates get every text as one line without addresses.
register.filter("quoted", plain.quoted)
register.filter("address", plain.address)
register.filter("as_written", plain.as_written)
register.simple_tag(legal_line)
# {{ 4|of_unit:"Stunde" }}: "4 Stunden"; {{ article.unit|unit_of }} for one.
register.filter("of_unit", with_unit)
register.filter("unit_of", unit_of)


# Stands in an address for the key of a row.
NIL = str(uuid.UUID(int=0))


@lru_cache(1000)
def _address(name: str, number: str) -> str:
    return reverse(name, args=[number, NIL])


@register.simple_tag
def row_url(name: str, number: str, key: uuid.UUID | str) -> str:
    """The address of a row of a company, for lists: made once for all rows, where {% url %} makes each anew.

    key: an id, or a number of the ERP's where the address has one (<number:…>).
    """
    part = str(key) if isinstance(key, uuid.UUID) else quote(NUMBER.to_url(key))
    return _address(name, number).replace(NIL, part)


@register.filter
def hello(reader: Any) -> str:
    """How a mail begins: "Guten Tag Frau Sonntag,", the whole name without a salutation, no name for a mailbox."""
    title = TITLES.get(getattr(reader, "salutation", ""))
    name = getattr(reader, "last_name", "") if title else ""
    if name:
        name = f"{title} {name}"
    elif full := getattr(reader, "get_full_name", ""):
        name = full() if callable(full) else full
    return gettext("Hello %(name)s,") % {"name": name} if name else gettext("Hello,")


@register.filter
def money(value: Decimal | int | str | None) -> str:
    """Euro: 1.299,00 € in German, €1,299.00 in English; "" for None."""
    if value is None or value == "":
        return ""
    amount = Decimal(value).quantize(CENT, ROUND_HALF_UP)
    english = translation.get_language() == "en"
    digits = f"{abs(amount):,.2f}"
    if english:
        return f"{'−' if amount < 0 else ''}€{digits}"
    digits = digits.translate(str.maketrans(",.", ".,"))
    return f"{'−' if amount < 0 else ''}{digits}\N{NO-BREAK SPACE}€"


@register.filter
def last_day(day: dt.date | None) -> str:
    """The day on which something ends, or that it has no end."""
    return gettext("without time limit") if day is None or is_endless(day) else formats.date_format(day, "d.m.Y")


@register.filter
def percent(value: Decimal | int | str) -> str:
    """A VAT rate: "19 %", "7,5 %"."""
    text = f"{Decimal(value).normalize():f}"
    return f"{text if translation.get_language() == 'en' else text.replace('.', ',')}\N{NO-BREAK SPACE}%"


@register.filter
def filesize(size: int | None) -> str:
    """Bytes as people say them, in steps of 1000 like the file dialogs of today: "4,2 MB"."""
    amount, unit = Decimal(size or 0), "Byte"
    for larger in ("KB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{formats.number_format(amount, decimal_pos=0 if unit in ('Byte', 'KB') else 1)}\N{NO-BREAK SPACE}{unit}"


@register.filter
def clock(moment: dt.datetime | None) -> str:
    """The moment in Berlin, for sentences: "03.12.2026, 14:05 Uhr"; "" for None."""
    if not moment:
        return ""
    return gettext("%(day)s, %(time)s") % _day_and_time(moment)


@register.filter
def span(date: Any) -> str:
    """From when to when something goes on that has starts_at and ends_at: "14.12.2026, 9 bis 16 Uhr"."""
    begins, ends = _day_and_time(date.starts_at), _day_and_time(date.ends_at)
    words = {"day": begins["day"], "begin": begins["time"].removesuffix(":00"), "end": ends["time"].removesuffix(":00")}
    if begins["day"] == ends["day"]:
        return gettext("%(day)s, %(begin)s to %(end)s") % words
    return gettext("%(day)s, %(begin)s to %(last)s, %(end)s") % (words | {"last": ends["day"]})


def _day_and_time(moment: dt.datetime) -> dict[str, str]:
    local = timezone.localtime(moment)
    return {"day": formats.date_format(local, "d.m.Y"), "time": formats.date_format(local, "G:i")}


@register.filter
def ago(moment: dt.datetime | None) -> str:
    """<time> with "today", "yesterday", "12 days ago" or the date; the exact moment on hover and for screen readers."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    exact = formats.date_format(local, "d.m.Y H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="visually-hidden"> ({})</span></time>',
        local.isoformat(timespec="minutes"),
        exact,
        _since(local),
        exact,
    )


def _since(local: dt.datetime) -> str:
    days = (today() - local.date()).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if 1 < days < 60:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    return formats.date_format(local, "d.m.Y")


@register.simple_tag
def refused_mail(*addresses: str | None) -> set[str]:
    """Those of the addresses whose last mail was refused for good, as they are written here; one query for all."""
    refused = apps.get_model("portal.MailHandover").objects.refused_of(addresses)
    return {address for address in addresses if address and address.lower() in refused}
