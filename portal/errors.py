"""Error pages. Plain functions: Django's own default would read a broken body again and fail with 500."""

import logging
import sys

from portal.lib import request_id
from portal.lib.answers import database_trouble, plain_page, store_away
from portal.lib.database import trouble_of
from portal.lib.files import StoreAway, is_store_trouble

log = logging.getLogger("portal.errors")


def bad_request(request, exception):
    return plain_page("400.html", 400)


def not_found(request, exception):
    return plain_page("404.html", 404)


def forbidden(request, exception):
    return plain_page("403_plain.html", 403)


def csrf_failure(request, reason=""):
    return plain_page("403_csrf.html", 403)


def server_error(request):
    """503 while database or file store are away or too slow; else a reference that stands in the log too, no cause."""
    error = sys.exc_info()[1]
    if trouble := trouble_of(error):
        return database_trouble(request, trouble)
    if is_store_trouble(error) or isinstance(error, StoreAway):
        return store_away(request)
    reference = str(request_id.current().get("request") or request_id.begin())[:8]
    log.error("Reference %s: %s %s", reference, request.method, request.path)
    return plain_page("500.html", 500, reference=reference)
