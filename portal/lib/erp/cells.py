"""What stands in a cell. Each parser takes the stripped text and gives a value, or raises CellRefused with a reason.

A parser is told the model fields its value is written to, as Company.name, and keeps their bounds: what the database
would refuse is refused here, for its row alone.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from ..mailboxes import stored
from ..signs import place_of_hidden

# Points or blanks between thousands, all the same; a comma before the rest.
AMOUNT = re.compile(r"([0-9]{1,3}(?:([.\s])[0-9]{3})(?:\2[0-9]{3})*|[0-9]{1,15})(,[0-9]{1,4})?")
UNIT = re.compile(r"(?:€|EUR)?\s*(.*?)\s*(?:€|EUR)?", re.IGNORECASE)
DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
# Of lines and columns.
BREAKS = re.compile(r"[\n\r\t\u2028\u2029]+")
# As spreadsheets show long numbers; the digits it does not show are lost.
SCIENTIFIC = re.compile(r"-?[0-9]([.,][0-9]+)?E[+-][0-9]{2,3}")
# Before this year dates are typing errors, and spreadsheets know none.
FIRST_YEAR = 1900


class CellRefused(Exception):
    """A row that is not taken; the text is the reason as it stands in the report."""


@dataclass(frozen=True)
class Parser:
    """read(cell, folder) gives the value; sql is its column type in the staging table; fields: where it is written."""

    read: Callable[[str, Path], Any]
    sql: str = "text"
    fields: tuple[models.Field, ...] = ()


def fields_of(attributes: tuple[Any, ...]) -> tuple[Any, ...]:
    """The model fields behind attributes such as Company.name."""
    return tuple(attribute.field for attribute in attributes)


def text(*of: Any, longest: int | None = None) -> Parser:
    """As long as the shortest field it is written to; one of unbounded length wants longest, and may have lines.

    Breaks in a text of one line are what an export makes of a wide cell: blanks.
    """
    fields = fields_of(of)
    longest = min(filter(None, [longest, *(field.max_length for field in fields)]))
    lines = bool(fields) and all(isinstance(field, models.TextField) for field in fields)

    def read(cell: str, folder: Path) -> str:
        if not lines:
            cell = BREAKS.sub(" ", cell)
        if place_of_hidden(cell, lines=lines) is not None:
            raise CellRefused("character not allowed")
        if len(cell) > longest:
            raise CellRefused("text too long")
        return cell

    return Parser(read, fields=fields)


def code(*of: Any) -> Parser:
    """The number of a thing, which is text: one line of visible signs, not mangled by a spreadsheet."""
    plain = text(*of)

    def read(cell: str, folder: Path) -> str:
        return plain.read(_visible(cell), folder)

    return Parser(read, fields=plain.fields)


def codes(*of: Any, longest: int = 2000) -> Parser:
    """Numbers of things with commas between them, blanks or not: "4000, 1100" -> "4000,1100"."""

    def read(cell: str, folder: Path) -> str:
        if len(cell) > longest:
            raise CellRefused("text too long")
        return ",".join(_visible(one.strip()) for one in cell.split(",") if one.strip())

    return Parser(read, fields=fields_of(of))


def _visible(number: str) -> str:
    if place_of_hidden(number) is not None:
        raise CellRefused("character not allowed")
    _not_scientific(number)
    return number


def _not_scientific(cell: str) -> None:
    if SCIENTIFIC.fullmatch(cell):
        raise CellRefused("number in scientific notation: a spreadsheet has shortened it")


def number(*of: Any, least: int = 0, most: int = 999_999_999) -> Parser:
    fields = fields_of(of)
    most = min([most, *(BaseDatabaseOperations.integer_field_ranges[f.get_internal_type()][1] for f in fields)])

    def read(cell: str, folder: Path) -> int | None:
        if not cell:
            return None
        _not_scientific(cell)
        if not WHOLE.fullmatch(cell) or not least <= int(cell) <= most:
            raise CellRefused("number not valid")
        return int(cell)

    return Parser(read, "integer", fields)


def price(*of: Any, reason: str = "price not valid") -> Parser:
    """Decimal comma, thousands points or blanks, euro or not: "1.299,00 €" -> Decimal("1299.00")."""
    fields = fields_of(of)

    def read(cell: str, folder: Path) -> Decimal | None:
        if not cell:
            return None
        found = UNIT.fullmatch(" ".join(cell.split()))
        return amount(found[1] if found else cell, reason, fields)

    return Parser(read, "numeric", fields)


def percent(*of: Any, reason: str = "number not valid") -> Parser:
    """From 0 to 100, with or without its sign: "19", "19,0 %"."""
    fields = fields_of(of)

    def read(cell: str, folder: Path) -> Decimal | None:
        if not cell:
            return None
        found = amount(cell.removesuffix("%").rstrip(), reason, fields)
        if found > 100:
            raise CellRefused(reason)
        return found

    return Parser(read, "numeric", fields)


def amount(cell: str, reason: str, fields: tuple[models.DecimalField, ...] = ()) -> Decimal:
    """The number a cell says, within the digits of the decimal fields. Raises CellRefused."""
    _not_scientific(cell)
    parts = AMOUNT.fullmatch(cell)
    if not parts:
        raise CellRefused(reason)
    value = Decimal(re.sub(r"[.\s]", "", parts[1]) + (parts[3] or "").replace(",", "."))
    for field in fields:
        if value != round(value, field.decimal_places):
            raise CellRefused(reason)
        if not amount_fits(value, field):
            raise CellRefused("number too large")
    return value


def amount_fits(value: Decimal, field: models.DecimalField) -> bool:
    """Whether a number has no more digits than a decimal field holds before its comma."""
    return abs(value) < 10 ** (field.max_digits - field.decimal_places)


def day(*of: Any) -> Parser:
    """A German date from 1900 on: "31.12.2026"."""

    def read(cell: str, folder: Path) -> dt.date | None:
        if not cell:
            return None
        parts = DAY.fullmatch(cell)
        try:
            found = dt.date(int(parts[3]), int(parts[2]), int(parts[1])) if parts else None
        except ValueError:
            found = None
        if found is None or found.year < FIRST_YEAR:
            raise CellRefused("date not valid")
        return found

    return Parser(read, "date", fields_of(of))


def yes_no(*of: Any) -> Parser:
    def read(cell: str, folder: Path) -> bool:
        if cell not in ("J", "N", ""):
            raise CellRefused("neither J nor N")
        return cell == "J"

    return Parser(read, "boolean", fields_of(of))


def choice(values: dict[str, str], *of: Any, reason: str = "kind unknown") -> Parser:
    """values: the cell's word -> ours."""

    def read(cell: str, folder: Path) -> str:
        if cell not in values:
            raise CellRefused(reason)
        return values[cell]

    return Parser(read, fields=fields_of(of))


def email() -> Parser:
    """The stored form of an address; "" for none."""

    def read(cell: str, folder: Path) -> str:
        if not cell:
            return ""
        if place_of_hidden(cell) is not None:
            raise CellRefused("character not allowed")
        try:
            return stored(cell)
        except ValidationError as refusal:
            raise CellRefused("text too long" if refusal.code == "max_length" else "e-mail not valid") from None

    return Parser(read)
