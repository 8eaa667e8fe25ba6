"""What Sentry is told: what broke and where; not whose data it was."""

import json

import pytest
import sentry_sdk

from portal.lib import request_id
from portal.monitoring import errors

SECRETS = ["Geheim-2026", "petra@sonnenhof.example", "Zm9vYmFyYmF6cXV4", "10.1.2.3", "4711-secret"]


@pytest.fixture
def told(settings, monkeypatch):
    """The events that would leave the house."""
    events, begin = [], sentry_sdk.init
    settings.SENTRY_DSN = "https://key@sentry.example/1"

    class Transport(sentry_sdk.transport.Transport):
        def capture_envelope(self, envelope):
            if event := envelope.get_event():
                events.append(event)

    monkeypatch.setattr(sentry_sdk, "init", lambda **options: begin(**options, transport=Transport))
    errors.start()
    yield events
    begin(dsn="")


def test_an_error_is_told_without_anybody_s_data(told):
    request_id.begin("0123456789abcdef")
    request_id.concerns(person=7, company=12)
    # Lines of code are told, so what must not be told stands in none of them.
    password, email, link, address, _cookie = SECRETS
    scope = sentry_sdk.get_isolation_scope()
    scope.set_user({"email": email, "ip_address": address})
    scope.set_extra("form", {"password": password})
    try:
        raise ValueError(f"at /einladung/{link}/\nDETAIL:  Key (email)=({email}) already exists")
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    (event,) = told
    assert not [secret for secret in SECRETS if secret in json.dumps(event, default=str)]
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert event["tags"] == {"request": "0123456789abcdef", "person": "7", "company": "12"}


def test_of_a_request_only_method_and_address_without_link_are_kept():
    event = errors.scrubbed(
        {
            "request": {
                "method": "POST", "url": "https://portal.example/pass/Zm9vYmFyYmF6cXV4/",
                "query_string": "a=4711-secret",
                "headers": {"Cookie": "4711-secret"}, "cookies": "4711-secret", "data": {"password": "Geheim-2026"},
                "env": {"REMOTE_ADDR": "10.1.2.3"},
            },
            "transaction": "/pass/Zm9vYmFyYmF6cXV4/",
        }
    )  # fmt: skip
    assert not [secret for secret in SECRETS if secret in json.dumps(event)]
    assert event["request"] == {"method": "POST", "url": "https://portal.example/pass/…/"}


def test_of_the_database_s_errors_only_the_kind_is_told():
    """They quote what stood in the row, in the first line too."""
    value = {"type": "DataError", "module": "django.db.utils", "value": 'invalid input "petra@sonnenhof.example"'}
    assert errors.scrubbed({"exception": {"values": [value]}})["exception"]["values"][0]["value"] == ""


def test_without_an_address_nothing_is_started(settings, monkeypatch):
    settings.SENTRY_DSN = ""
    monkeypatch.setattr(sentry_sdk, "init", lambda **_options: pytest.fail("it started"))
    errors.start()
