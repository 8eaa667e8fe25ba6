"""What stands in a cell. Each parser takes the stripped text and gives a value, or raises Refused with a reason."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.lib.signs import place_of_hidden

PRICE = re.compile(r"(\d{1,3}(\.\d{3})+|\d{1,10})(,\d{1,2})?", re.ASCII)
DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)


class Refused(Exception):
    """A row that is not taken; the text is the reason as it stands in the report."""


@dataclass(frozen=True)
class Parser:
    """read(cell, folder) gives the value; sql is its column type in the staging table."""

    read: callable
    sql: str = "text"


def _refuse_hidden(cell, lines=False):
    if place_of_hidden(cell, lines=lines) is not None:
        raise Refused("character not allowed")


def text(longest=200, *, lines=False):
    """lines: whether the cell may hold several lines, as descriptions do."""

    def read(cell, folder):
        _refuse_hidden(cell, lines)
        if len(cell) > longest:
            raise Refused("text too long")
        return cell

    return Parser(read)


def number(least=0, most=999_999_999):
    def read(cell, folder):
        if not cell:
            return None
        if not WHOLE.fullmatch(cell) or not least <= int(cell) <= most:
            raise Refused("number not valid")
        return int(cell)

    return Parser(read, "integer")


def price(reason="price not valid"):
    """Decimal comma, thousands points: "1.299,00" -> Decimal("1299.00")."""

    def read(cell, folder):
        if not cell:
            return None
        if not PRICE.fullmatch(cell):
            raise Refused(reason)
        return Decimal(cell.replace(".", "").replace(",", "."))

    return Parser(read, "numeric")


def day():
    """A German date: "31.12.2026"."""

    def read(cell, folder):
        if not cell:
            return None
        parts = DAY.fullmatch(cell)
        try:
            return dt.date(int(parts[3]), int(parts[2]), int(parts[1]))
        except (TypeError, ValueError):
            raise Refused("date not valid") from None

    return Parser(read, "date")


def yes_no():
    def read(cell, folder):
        if cell not in ("J", "N", ""):
            raise Refused("neither J nor N")
        return cell == "J"

    return Parser(read, "boolean")


def choice(values, reason="kind unknown"):
    """values: the cell's word -> ours."""

    def read(cell, folder):
        if cell not in values:
            raise Refused(reason)
        return values[cell]

    return Parser(read)


def email():
    """Lower case; "" for none."""

    def read(cell, folder):
        if not cell:
            return ""
        _refuse_hidden(cell)
        try:
            validate_email(cell)
        except ValidationError:
            raise Refused("e-mail not valid") from None
        if len(cell) > 254:
            raise Refused("text too long")
        return cell.lower()

    return Parser(read)


@dataclass(frozen=True)
class SourceFile:
    """A file beside the export, as found: absolute path, size in bytes, SHA-256 in hex."""

    path: Path
    size: int
    sha256: str


def file_in(subfolder):
    """A file name in a subfolder of the export. Gives a SourceFile; refuses what lies outside or is not there."""
    seen = {}

    def read(cell, folder):
        home = (folder / subfolder).resolve()
        path = (home / cell).resolve()
        if not path.is_relative_to(home) or path == home:
            raise Refused("file outside the folder")
        if not path.is_file():
            raise Refused("file missing")
        found = path.stat()
        stamp = (path, found.st_mtime_ns, found.st_size)
        if stamp not in seen:
            with path.open("rb") as content:
                seen[stamp] = SourceFile(path, found.st_size, hashlib.file_digest(content, "sha256").hexdigest())
        return seen[stamp]

    return Parser(read, "file")
