from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

# Seconds after which it is worth another try.
DATABASE_BACK_IN = 20


def plain_page(template: str, status: int, **context: Any) -> HttpResponse:
    """An error page that needs neither database nor session: rendered without request and context processors."""
    return HttpResponse(render_to_string(template, {"brand": settings.BRAND, **context}), status=status)


def no_such_address(request: HttpRequest) -> HttpResponse:
    """400 for an address that nothing of ours can have: a page for a browser, JSON for a program."""
    if "text/html" in request.headers.get("Accept", ""):
        return plain_page("400.html", 400)
    return JsonResponse({"detail": "This is no address."}, status=400)


def database_trouble(request: HttpRequest, trouble: str) -> HttpResponse:
    """trouble: "away", or "slow" for a statement that took longer than it may."""
    return _away("503_slow.html" if trouble == "slow" else "503.html", DATABASE_BACK_IN)


def store_away(request: HttpRequest) -> HttpResponse:
    """The S3-compatible store with the files does not answer."""
    return _away("503_files.html", 120)


def _away(template: str, seconds: int) -> HttpResponse:
    response = plain_page(template, 503)
    response.headers["Retry-After"] = str(seconds)
    return response
