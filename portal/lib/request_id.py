"""What one request or one job is called in every line of the log, and whom it was for: ids, no names."""

import re
import uuid
from contextvars import ContextVar

GIVEN = re.compile(r"[0-9a-f]{16,64}")
_current: ContextVar[dict[str, str | int]] = ContextVar("logged_with", default={})  # noqa: B039 - never changed


def begin(name: str = "") -> str:
    """Call what follows by this name, or by a new one of 16 hexadecimal digits; returns it."""
    name = name or uuid.uuid4().hex[:16]
    _current.set({"request": name})
    return name


def from_proxy(given: str) -> str:
    """The name a proxy gave, where it looks like one; else empty. What a visitor wrote there is no name."""
    return given if GIVEN.fullmatch(given) else ""


def concerns(**ids: int | None) -> None:
    """Note ids, such as person=7 and company=12, for the lines that follow."""
    _current.set({**_current.get(), **{name: value for name, value in ids.items() if value is not None}})


def current() -> dict[str, str | int]:
    """What the lines of the log are marked with now: {"request": …, "person": …, "company": …}, or nothing."""
    return _current.get()
