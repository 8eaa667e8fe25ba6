"""A line of the log belongs to a request or job, and to ids; it has no names, links or arguments."""

import json
import logging
import re

import pytest

from portal.lib import request_id
from portal.lib.logs import HideTokens, JsonLine

LINK = "/einladung/Zm9vYmFyYmF6cXV4/"


@pytest.fixture
def lines(caplog):
    """What would be written for programs."""
    handler, written = logging.Handler(), []
    handler.setFormatter(JsonLine("%(asctime)s %(message)s"))
    handler.addFilter(HideTokens())
    handler.emit = lambda record: written.append(json.loads(handler.format(record)))
    loggers = [logging.getLogger(name) for name in ("portal.requests", "portal.errors")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel("INFO")
    yield written
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_a_request_is_one_line_with_ids(lines, as_, olga, acme):
    answer = as_(olga).get("/kunde/12345/konto/")
    (line,) = [line for line in lines if line.get("page") == "account"]
    assert (line["person"], line["company"], line["status"]) == (olga.pk, acme.pk, 200)
    assert line["request"] == answer["X-Request-Id"] and re.fullmatch("[0-9a-f]{16}", line["request"])
    assert olga.email not in json.dumps(lines) and acme.name not in json.dumps(lines)


def test_a_line_of_somebody_else_s_request_has_no_ids(lines, as_, client, olga):
    as_(olga).get("/kunde/12345/konto/")
    client.get("/anmeldung/login/")
    assert "person" not in lines[-1] and "company" not in lines[-1]


def test_links_are_in_no_line_and_in_no_traceback(lines):
    try:
        raise ValueError(f"cannot open {LINK}")
    except ValueError:
        logging.getLogger("portal.errors").exception("at %s", LINK)
    assert "Zm9v" not in json.dumps(lines) and "/einladung/…" in lines[-1]["message"]
    assert "ValueError" in lines[-1]["exc_info"]


@pytest.mark.parametrize(
    "given, taken", [("0123456789abcdef" * 2, True), ("x\n{}", False), ("a" * 200, False), ("", False)]
)
def test_only_a_proxy_names_a_request(client, db, settings, given, taken):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client.get("/health/live/", headers={"X-Request-Id": given})["X-Request-Id"] != given
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert (client.get("/health/live/", headers={"X-Request-Id": given})["X-Request-Id"] == given) is taken


def test_the_reference_on_an_error_page_is_the_request_s(lines, client, db, monkeypatch):
    monkeypatch.setattr("portal.monitoring.health.connection", None)
    client.raise_request_exception = False
    answer = client.get("/health/ready/")
    assert answer.status_code == 500
    assert answer["X-Request-Id"][:8] in answer.content.decode()
    assert answer["X-Request-Id"][:8] in json.dumps([line["message"] for line in lines])


def test_ids_are_added_and_begin_anew_with_each_request():
    first = request_id.begin()
    request_id.concerns(person=7, company=None)
    assert request_id.current() == {"request": first, "person": 7}
    request_id.begin("job-12")
    assert request_id.current() == {"request": "job-12"}
