from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from .answers import database_away


class SecurityHeaders:
    """Headers that Django has no setting for, and no-store on every page that is not a static file."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # After logging out, the back button shows nothing of a company (edge 16).
        headers.setdefault("Cache-Control", "private, no-store")
        return response


class DatabaseAway:
    """Answers 503 with a page that says so while the database is away; the portal heals by itself when it is back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            return self.get_response(request)
        except AWAY:
            return database_away(request)

    def process_exception(self, request, exception):
        return database_away(request) if isinstance(exception, AWAY) else None


AWAY = (OperationalError, InterfaceError, PoolTimeout)
