"""Errors to Sentry, where the vendor names one: what broke and where, never whose data it was."""

from typing import Any

from django.conf import settings

from portal.lib import request_id
from portal.lib.logs import without_tokens

# Kept of what Sentry's client would send of a request.
KEPT_OF_REQUEST = ("method", "url")


def start() -> None:
    """Begin to report. Does nothing, and loads nothing, without SENTRY_DSN."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN, before_send=scrubbed, include_local_variables=False,
        max_request_body_size="never", max_breadcrumbs=0, traces_sample_rate=0, server_name="portal",
    )  # fmt: skip


def scrubbed(event: Any, _hint: Any = None) -> Any:
    """The event without headers, cookies, form, query, person and one-time links; with the request's name and ids."""
    given = event.get("request", {})
    event["request"] = {name: without_tokens(str(given[name])) for name in KEPT_OF_REQUEST if name in given}
    event.pop("user", None)
    event.pop("extra", None)
    event["tags"] = {name: str(value) for name, value in request_id.current().items()}
    if "transaction" in event:
        event["transaction"] = without_tokens(event["transaction"])
    for value in event.get("exception", {}).get("values", []):
        # PostgreSQL quotes the row in its messages, the first line included.
        of_database = str(value.get("module", "")).startswith(("django.db", "psycopg"))
        value["value"] = "" if of_database else without_tokens(value.get("value") or "").partition("\n")[0][:500]
    if entry := event.get("logentry"):
        event["logentry"] = {"message": without_tokens(entry.get("message") or "")}
    return event
