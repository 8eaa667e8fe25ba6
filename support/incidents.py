"""What is out of order at the vendor's, on every page; asked for twice a minute at most by each process."""

import time
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import get_language

SECONDS = 30
# (until when it is known, rows that are or will be shown)
_known: tuple[float, list[Any]] = (0.0, [])


def forget(**_signal: Any) -> None:
    """Ask anew at the next page; called when one is saved or deleted here."""
    global _known
    _known = (0.0, [])


def remember(rows: list[Any], seconds: float = SECONDS) -> None:
    """Take these for known for so long."""
    global _known
    _known = (time.monotonic() + seconds, rows)


def running() -> list[dict[str, Any]]:
    """The incidents of this moment in the language of the page: {"title", "text", "from_at", "until_at"}."""
    until, rows = _known
    if time.monotonic() >= until:
        rows = list(apps.get_model("support.Incident").objects.not_over())
        remember(rows)
    now = timezone.now()
    language = (get_language() or "de")[:2]
    return [row.in_language(language) for row in rows if row.is_running(now)]
