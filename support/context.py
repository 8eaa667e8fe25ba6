from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .incidents import running


def incidents(request: HttpRequest) -> dict[str, Any]:
    """What is out of order at the vendor's, for the frame of every page."""
    return {"incidents": SimpleLazyObject(running)}
