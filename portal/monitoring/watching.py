"""The outermost middleware: names each request, counts it, and writes its line where programs read the log."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.lib import request_id

from . import metrics

log = logging.getLogger("portal.requests")


class Watch:
    """X-Request-Id on every answer: the proxy's where one stands in front, else one of our own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
        name, began = request_id.begin(request_id.from_proxy(given)), time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        page = _page(request)
        metrics.count_request(page, _method(request), response.status_code, seconds)
        request_id.concerns(person=_person(request), company=_company(request))
        log.info(
            "%s %s %s %.0f ms", _method(request), page, response.status_code, seconds * 1000,
            extra={"page": page, "status": response.status_code, "ms": round(seconds * 1000)},
        )  # fmt: skip
        response.headers["X-Request-Id"] = name
        return response


def _page(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match and match.view_name else "none"


def _method(request: HttpRequest) -> str:
    """One of the known ones: whatever else a visitor invents is "other", or each would be a figure of its own."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "other"


def _person(request: HttpRequest) -> int | None:
    """Who was logged in, where somebody looked; asks the database nothing."""
    person = getattr(request, "_cached_user", None)
    return person.pk if person else None


def _company(request: HttpRequest) -> int | None:
    company = getattr(request, "company", None)
    return company.pk if company else None
