"""What somebody typed, made harmless for a mail: one line, nothing that a mail program would turn into a link."""

import enum
import functools
import inspect
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise

DOT = r"[.\u2024\u3002\uff0e\uff61]"
# A blank at the place that makes an address of a word. No mail program reads across it, and "Dr.Meier" or "Haus24.de"
# stay readable.
LINKS = [
    # https:…, mailto:…, tel:…
    (re.compile(r"(?<![^\W_])([^\W\d_][\w+.-]*:)(?=\S)"), r"\1 "),
    (re.compile(rf"(?i)\b(www{DOT})(?=\S)"), r"\1 "),
    # name.de, as far as what follows the dot can be the end of a host's name
    (re.compile(rf"(?<=[^\W_])({DOT})(?=[^\W\d_]{{2}})"), r"\1 "),
    (re.compile(r"(?<=\S)@(?=\S)"), " @ "),
    (re.compile(r"\\\\(?=\S)"), r"\\ \\ "),
]
ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[^\W_]([\w-]*\.)+[\w-]*[^\W\d_]{2,}")


def defuse(text: Any) -> str:
    """The text as one line without addresses; control signs, and what is not to be seen, are gone."""
    line = " ".join("".join(map(_visible, str(text))).split())
    for pattern, parted in LINKS:
        line = pattern.sub(parted, line)
    return " ".join(line.split())


def _visible(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Zs"} else ""


class Folded(str):
    """A defused text that remembers what it was; for the filters that let more of it through."""

    raw: str = ""

    @classmethod
    def of(cls, text: Any) -> "Folded":
        folded = cls(defuse(text))
        folded.raw = str(text)
        return folded


def quoted(text: Any) -> str:
    """Several lines of somebody's own, each marked as quoted and defused."""
    lines = str(getattr(text, "raw", text)).splitlines()
    return "\n".join(f"> {defuse(line)}".rstrip() for line in lines)


def address(text: Any) -> str:
    """A mail address as it is, where it is nothing but that; any other text defused."""
    raw = str(getattr(text, "raw", text or ""))
    return raw if ADDRESS.fullmatch(raw) and not raw.lower().startswith("www.") else defuse(raw)


def as_written(text: Any) -> str:
    """A text of the vendor's own, with its lines and addresses; the marks of our own links cannot be in it."""
    lines = str(getattr(text, "raw", text)).splitlines()
    return "\n".join("".join(map(_visible, line)) for line in lines)


def plain(value: Any) -> Any:
    """The value for a mail's template: each text that can be reached from it is one line without addresses.

    Numbers, days, moments, money and the code's own enumerations stay as they are.
    """
    if value is None or isinstance(value, (bool, int, float, enum.Enum)):
        return value
    if isinstance(value, (str, Promise)):
        return Folded.of(value)
    if inspect.isroutine(value) or isinstance(value, functools.partial):
        return _call(value)
    return value if type(value).__module__ in {"datetime", "decimal", "zoneinfo"} else Plain(value)


def _call(function: Any) -> Any:
    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        return plain(function(*args, **kwargs))

    return called


class Plain:
    """A thing seen through plain(): its attributes, its items, and its own name."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        return plain(getattr(self._thing, name))

    def __getitem__(self, key: Any) -> Any:
        return plain(self._thing[key])

    def __iter__(self) -> Iterator[Any]:
        return map(plain, iter(self._thing))

    def __len__(self) -> int:
        return len(self._thing)

    def __bool__(self) -> bool:
        return bool(self._thing)

    def __contains__(self, item: Any) -> bool:
        return item in self._thing

    def __str__(self) -> str:
        return defuse(self._thing)
