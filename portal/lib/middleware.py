from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .answers import no_such_address, plain_page
from .logs import TOKEN


class SecurityHeaders:
    """Headers that Django has no setting for, and no-store on every page that is not a static file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # PostgreSQL knows no NUL in a text; no address of ours has one.
        response = no_such_address(request) if "\0" in request.path_info else self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # After logging out, the back button shows nothing of a company (edge 16).
        headers.setdefault("Cache-Control", "private, no-store")
        if TOKEN.match(request.path_info):
            # What a page with a one-time link loads would carry the link in its Referer, and into logs.
            headers["Referrer-Policy"] = "strict-origin"
        return response


class PageForWrongMethod:
    """An address that only takes what a form sends is opened by a reload or a bookmark: a page that says so, 405.

    Whoever refuses the method, a view or a library, answers with nothing to read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = plain_page("405.html", 405)
        page.headers["Allow"] = response.headers.get("Allow", "POST")
        return page
