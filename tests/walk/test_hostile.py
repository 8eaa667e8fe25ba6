"""Every address with values no page would send: refused or passed over, never a server error."""

import pytest
from django.urls import reverse

from .sitemap import FOREIGN
from .stage import *  # noqa: F403 - the fixtures
from .test_access_table import GET, POST
from .test_signs import of_forms

# Many conditions for a search; each has to stay cheap.
HUNDRED_WORDS = " ".join(f"{chr(97 + place % 26)}{place // 26 or ''}" for place in range(100))
NASTY = [
    "\0", "x" * 10_000, "'\"><script>alert(1)</script>", "-1", "99999999999999999999999", "1e309", "NaN",
    "ä🏠\u202e\ud83d",
    "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f", "zwei\nZeilen\r\nBcc: x@y.example",
    "a\u2028b\u202ec\u200bd\ufeffe\x85f", "\ue000\ufffe\u6f22\u5b57\ufdfa\U0001f468\u200d\U0001f469", HUNDRED_WORDS,
    "../../etc/passwd", "${7*7}{{7*7}}%s%n", "on\r\nSet-Cookie: a=b", "[]", "2026-02-31", "1.500,00", "0x10",
]  # fmt: skip
# Names that pages read without a form; those of all forms come on top.
QUERY = [
    "q",
    "page",
    "year",
    "kind",
    "state",
    "category",
    "sort",
    "mine",
    "status",
    "person",
    "download",
    "next",
    "product",
    "price_from",
    "price_to",
    "view",
    "with",
]
FIELDS = [
    "row", "confirmed", "quantity", "form_key", "shown", "accepts_terms", "reference", "note", "cost_center",
    "decision", "reason", "mode", "email", "first_name", "last_name", "salutation", "rights", "ends_on", "order_limit",
    "function", "agrees", "days", "max_downloads", "wanted", "code", "place", "version",
    "participants", "date", "lines", "name", "list", "participant", "skip",
    "message", "new_name", "new_seat", "effective_on", "new_legal_form", "order", "invoice_email", "confirmations",
    "phone_here", "text", "street", "postal_code", "city", "country", "phone", "language", "right-1-use_shop",
]  # fmt: skip

TYPED = sorted({name.rpartition(".")[2] for name, _field in of_forms() if not name.startswith(FOREIGN)})


@pytest.fixture
def client(olga, as_):
    client = as_(olga)
    client.raise_request_exception = False
    return client


def address(world, name):
    return reverse(name, kwargs={"number": world.company.number, **world.arguments.get(name, {})})


@pytest.mark.parametrize("name", GET)
def test_nasty_questions(name, world, client):
    for value in NASTY:
        safe = value.encode("utf-8", "replace").decode()
        answer = client.get(address(world, name), dict.fromkeys([*QUERY, *TYPED], safe))
        assert answer.status_code < 500, f"{name}: {value[:20]!r}"
        if not has_looked(answer.wsgi_request):
            break


def has_looked(request):
    """Whether anybody read what the address asks; a page that does not answers every question alike."""
    return "GET" in vars(request)


def test_pages_that_search_look_at_what_is_asked(world, client):
    for name in (
        "article_list",
        "order_list",
        "document_list",
        "people_list",
        "access_log",
        "article_suggest",
        "search",
    ):
        assert has_looked(client.get(address(world, name), {"q": "a"}).wsgi_request), name
    assert not has_looked(client.get(address(world, "start"), {"q": "a"}).wsgi_request)


@pytest.mark.parametrize("name", POST)
def test_nasty_forms(name, world, client):
    for value in NASTY:
        safe = value.encode("utf-8", "replace").decode()
        answer = client.post(address(world, name), dict.fromkeys([*FIELDS, *TYPED], safe))
        assert answer.status_code < 500, f"{name}: {value[:20]!r}"
        for header in ("Set-Cookie", "Location"):
            assert "a=b" not in answer.headers.get(header, "")


@pytest.mark.parametrize("name", POST)
def test_bodies_that_are_no_forms(name, world, client):
    bodies = [
        (b"\xff\xfe\x00broken", "application/x-www-form-urlencoded"),
        (b"a=%ff%fe&b=%00", "application/x-www-form-urlencoded"),
        (b'{"a": [1]}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
    ]
    for body, kind in bodies:
        answer = client.generic("POST", address(world, name), body, content_type=kind)
        assert answer.status_code < 500, f"{name}: {kind} {body[:20]!r}"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"])
def test_methods_that_no_page_knows(method, world, client):
    for name in GET:
        assert client.generic(method, address(world, name)).status_code < 500


@pytest.mark.parametrize("login", NASTY, ids=lambda value: ascii(value[:8]))
def test_nasty_logins(login, db, client):
    client.logout()
    safe = login.encode("utf-8", "replace").decode()
    for name, form in (
        ("account_login", {"login": safe, "password": safe}),
        ("account_reset_password", {"email": safe}),
        ("set_language", {"language": safe, "next": safe}),
    ):
        assert client.post(reverse(name), form).status_code < 500
    assert client.get(reverse("account_login"), {"next": safe}).status_code < 500
