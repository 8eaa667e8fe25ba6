"""What anybody may try, and a database that is away."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from psycopg_pool import PoolTimeout


@pytest.mark.parametrize("trouble", [OperationalError("gone"), PoolTimeout("none free")])
@pytest.mark.parametrize("path", ["/", "/kunde/12345/", "/anmeldung/login/", "/health/"])
def test_a_database_that_is_away_gives_a_page_that_says_so(path, trouble, acme, olga, as_):
    client = as_(olga)
    client.raise_request_exception = False

    def away(execute, *args):
        raise trouble

    with connection.execute_wrapper(away):
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "20"
    assert "kurze Pause" in answer.content.decode()
    assert client.get("/health/").status_code == 200, "it heals by itself"


@pytest.mark.parametrize("charset", ["utf-7", "latin-1", "nonsense"])
def test_a_body_in_a_strange_encoding_is_no_server_error(charset, client, db):
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("account_login"))
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic("POST", reverse("account_login"), b"login=x", content_type=kind)
    assert answer.status_code in {400, 403}


@pytest.mark.parametrize(
    "path",
    [
        "/kunde/%00/",
        "/kunde/%ff%fe/",
        "/kunde/" + "9" * 3000 + "/",
        "/kunde/12345/shop/artikel/%00/",
        "/kunde/../admin/",
    ],
)
def test_strange_addresses_are_not_there(path, acme, olga, as_):
    assert as_(olga).get(path).status_code in {400, 404}


def test_the_site_map_answers_strange_hosts_with_400(client, db):
    assert client.get("/health/", headers={"host": "evil.example"}).status_code == 400


def test_pages_forbid_what_they_do_not_need(acme, olga, as_):
    for answer in (
        as_(olga).get(f"/kunde/{acme.number}/"),
        as_(olga).get("/gibt-es-nicht/"),
        Client().post("/sprache/"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_language_leads_only_to_our_own_pages(target, client, db):
    answer = client.post(reverse("set_language"), {"language": "en", "next": target})
    assert answer.url == reverse("home")
