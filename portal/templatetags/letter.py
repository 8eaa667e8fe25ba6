"""Pieces of a mail that are more than words: {% load letter %} in its template; each has both halves by itself."""

from typing import Any

from django import template

from portal.lib.halves import piece

register = template.Library()


@register.simple_tag
def fact(name: Any, value: Any) -> str:
    """A row of the table of what the mail is about, "Ort: München"; nothing where there is no value."""
    return piece("fact", name, value) if value is not None and str(value).strip() else ""


@register.simple_tag
def head(name: Any, amount: Any) -> str:
    """The head of a table of order lines."""
    return piece("head", name, amount)


@register.simple_tag
def line(name: Any, amount: Any, *notes: Any) -> str:
    """A row of it: what, its amount, and what else is to be said below its name."""
    return piece("line", name, amount, *(note for note in notes if str(note).strip()))


@register.simple_tag
def total(name: Any, amount: Any) -> str:
    """The last row of its foot."""
    return piece("total", name, amount)


@register.simple_tag
def sum_row(name: Any, amount: Any) -> str:
    """A row of its foot."""
    return piece("sum", name, amount)


@register.simple_block_tag
def fine(content: str) -> str:
    """Fine print: what may be read, after what has to be."""
    return piece("fine", content)


@register.simple_block_tag
def foot(content: str) -> str:
    """What the law wants on a letter, at its end."""
    return piece("foot", content)
