"""Every field of every operation of the ERP's interface, found in its own description: nonsense is 422 in JSON."""

import copy
import json
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.api import api
from orders.models import ErpToken, Order
from portal.lib.clamav import ScannerAway
from shop.models import Article

from .. import factories as make
from ..lib.nasty import OF_LINES, SEEN, UNSEEN

pytestmark = pytest.mark.django_db
BASE = "/erp/v1"
# What a caller sends who means well; each field of it is then made bad.
STATE = {"state": "accepted", "reason": "Gerne", "declined": [{"position": 1, "reason": "Kein Termin"}]}
PAPER = {"document": "RE-1", "kind": "RE", "title": "Rechnung 1"}
HIDDEN = UNSEEN + OF_LINES
NO_NUMBERS = [
    "../../etc/passwd",
    "..",
    "RE/../1",
    "RE\r\n1",
    "/etc",
    "RE//1",
    "\\\\server\\x",
    "",
    " ",
    "R" * 61,
    "RE 1/",
    ".",
]
WRONG_TYPES = [None, [], {}, [[]], {"a": 1}, True, 1.5, 10**25, "x" * 100_000, float("inf"), float("nan")]


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-5")
    for position in (1, 2):
        make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, position=position)
    return order


@pytest.fixture
def key(db):
    return ErpToken.issue("ERP", list(ErpToken.Scope))[1]


@pytest.fixture
def ask(key, order):
    """ask(method, path, **more) as the ERP; whatever it sends, the answer is JSON and no error of ours."""

    def ask(method, path, headers=None, **more):
        client = Client(raise_request_exception=False)
        headers = {"Authorization": f"Bearer {key}", **(headers or {})}
        answer = getattr(client, method)(BASE + path, headers=headers, **more)
        assert answer.status_code < 500, answer.content[:300]
        assert answer["Content-Type"].startswith("application/json")
        answer.json()
        return answer

    return ask


def push(ask, wish, number="TSA-5", key="call-0001"):
    body = wish if isinstance(wish, bytes) else json.dumps(wish).encode()
    path = f"/orders/{quote(number, safe='', errors='surrogatepass')}/state"
    return ask("post", path, headers={"Idempotency-Key": key}, data=body, content_type="application/json")


def upload(ask, content=make.PDF, number="TSA-5", **more):
    data = {**PAPER, "file": SimpleUploadedFile("a.pdf", content), **more}
    return ask("post", f"/orders/{quote(number, safe='')}/documents", data=data)


def names(answer):
    """The fields that a refusal names, as dotted paths below the body."""
    return {".".join(map(str, error["loc"][2:] or error["loc"][1:])) for error in answer.json()["detail"]}


def fields_of(schema, parts, path=()):
    """(path, schema) of every value in a JSON schema; the entries of a list stand at 0."""
    schema = parts[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if schema.get("type") == "array":
        yield from fields_of(schema["items"], parts, (*path, 0))
    for name, inner in schema.get("properties", {}).items():
        yield (*path, name), inner
        yield from fields_of(inner, parts, (*path, name))


def described():
    """(kind, path) of every field that any operation takes: "body", "form", "path", "query" or "header"."""
    document = api.get_openapi_schema(path_prefix=f"{BASE}/")
    parts = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for one in operation.get("parameters", []):
                yield one["in"], (one["name"],), one["schema"]
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                place = "body" if kind == "application/json" else "form"
                yield from ((place, path, schema) for path, schema in fields_of(content["schema"], parts))


FIELDS = {(place, path): schema for place, path, schema in described()}
TEXTS = [path for (place, path), schema in FIELDS.items() if place == "body" and schema.get("type") == "string"]


def changed(wish, path, value):
    wish = copy.deepcopy(wish)
    inner = wish
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return wish


def test_the_description_knows_all_fields():
    assert {path for place, path in FIELDS if place == "body"} == {
        ("state",), ("reason",), ("declined",), ("declined", 0, "position"), ("declined", 0, "reason"),
    }  # fmt: skip
    assert {path for place, path in FIELDS if place == "form"} == {("document",), ("kind",), ("title",), ("file",)}
    assert {path for place, path in FIELDS if place == "query"} == {("after",), ("limit",)}


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_hidden_signs_are_refused_with_the_field_s_name(ask, order, text):
    for path in TEXTS:
        answer = push(ask, changed(STATE, path, text))
        assert answer.status_code == 422 and names(answer) == {".".join(map(str, path))}
    for name in PAPER:
        # A form is UTF-8: half a sign arrives as the sign that stands for a lost one.
        if text.isascii() or text.encode(errors="replace").decode() == text:
            answer = upload(ask, **{name: text})
            assert answer.status_code == 422 and names(answer) == {name}
    order.refresh_from_db()
    assert order.state == "received" and not order.company.documents.exists()


@pytest.mark.parametrize("path", [path for place, path in FIELDS if place == "body"], ids=str)
@pytest.mark.parametrize("value", WRONG_TYPES, ids=lambda value: ascii(value)[:12])
def test_other_types_and_endless_numbers_are_refused(ask, order, path, value):
    if (path, value) == (("declined",), []):
        return
    answer = push(ask, changed(STATE, path, value))
    assert answer.status_code == 422, "the field says what it takes"
    assert all(name.startswith(".".join(map(str, path))) for name in names(answer))


@pytest.mark.parametrize("body", [
    b"", b"\xff\xfe", b"{", b"[" * 100_000, b"null", b"1" * 10_000, b'{"state":"accepted","declined":[{"position":'
    + b"9" * 10_000 + b',"reason":"x"}]}', b'"\\ud800"', b'{"state":"\\ud800"}', b"{}" * 3, b" " * 3_000_000,
    b'{"state": "accepted", "state": "\\u0000"}',
], ids=lambda body: ascii(body[:16]))  # fmt: skip
def test_bodies_that_are_none_are_refused_in_json(ask, order, body):
    assert push(ask, body).status_code in {400, 422}
    order.refresh_from_db()
    assert order.state == "received"


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_a_number_that_is_none_is_no_paper(ask, acme, number):
    answer = upload(ask, document=number)
    assert answer.status_code == 422 and names(answer) == {"document"}
    assert not acme.documents.exists()


@pytest.mark.parametrize("number", ["RE-2026.17", "RE/2026/17", "4711", "AB TSA-5", "Ä_1+2"])
def test_numbers_as_they_are_written_are_taken(ask, acme, number):
    assert upload(ask, document=number).status_code == 200
    assert "/" not in acme.documents.get(number=number).file_name


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_any_script_is_taken(ask, acme, text):
    assert upload(ask, title=text).status_code == 200 and acme.documents.get().title == text
    assert push(ask, changed(STATE, ("declined", 0, "reason"), text)).status_code == 200


@pytest.mark.parametrize("number", [*HIDDEN, *NO_NUMBERS, "TSA-5\0", "TSA-5" + " " * 40], ids=ascii)
def test_an_order_s_number_is_exact(ask, number):
    path = quote(number, safe="", errors="surrogatepass") or "%20"
    # An address with a NUL is refused before anybody looks at it.
    expected = 400 if "\0" in number else 404
    assert ask("get", f"/orders/{path}").status_code == expected
    assert push(ask, STATE, number=number or " ").status_code == expected


@pytest.mark.parametrize("value", ["", "x", "1.5", "1e400", "\0", "9" * 10_000, "-" * 9, "[]"])
def test_a_cursor_is_a_whole_number(ask, value):
    for name in ("after", "limit"):
        answer = ask("get", f"/orders?{name}={quote(value)}")
        assert answer.status_code == 422 and names(answer) == {name}


@pytest.mark.parametrize(
    "double", ["", "short", "k" * 101, "call\x01-0001", "call-0001\u200b", "call-\x7f0001"], ids=ascii
)
def test_a_key_against_doubles_is_one_line(ask, order, double):
    answer = push(ask, STATE, key=double)
    assert answer.status_code == 422 and names(answer) == {"Idempotency-Key"}


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"%PDF-1.7\n<html>", b"<html>%PDF-", b"\x89PNG\r\n", make.PDF[:60]])
def test_a_paper_is_looked_at_as_a_customer_s_upload_is(ask, acme, content):
    answer = upload(ask, content)
    assert answer.status_code == 422 and "file" in json.dumps(answer.json())
    assert not acme.documents.exists()


class Scanner:
    """A virus scanner that has made up its mind."""

    said = ""

    def __init__(self, *address):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def feed(self, piece):
        pass

    def verdict(self):
        if self.said is None:
            raise ScannerAway("away")
        return self.said


@pytest.mark.parametrize("said, status", [("Eicar", 422), ("", 200)])
def test_a_paper_is_scanned(ask, acme, monkeypatch, said, status):
    monkeypatch.setattr("portal.lib.uploads.Scanner", type("Found", (Scanner,), {"said": said}))
    assert upload(ask).status_code == status
    assert acme.documents.exists() == (status == 200)


def test_while_the_scanner_is_away_the_erp_may_try_again(key, order, acme, monkeypatch):
    monkeypatch.setattr("portal.lib.uploads.Scanner", type("Away", (Scanner,), {"said": None}))
    data = {**PAPER, "file": SimpleUploadedFile("a.pdf", make.PDF)}
    answer = Client().post(f"{BASE}/orders/TSA-5/documents", data, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 503 and "detail" in answer.json() and not acme.documents.exists()


def test_what_waits_for_approval_is_not_the_vendor_s_yet(ask, order):
    Order.objects.update(state=Order.State.WAITING)
    assert ask("get", "/orders/TSA-5").status_code == 404
    assert push(ask, {"state": "cancelled", "reason": "…"}).status_code == 404
    assert upload(ask).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/orders/", "/orders/a/b/c", "/orders/../../etc/passwd", "/orders/a%0d%0ab/x"]
)
def test_an_address_that_is_not_there_is_told_in_json(ask, path):
    assert ask("get", path).status_code == 404


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(TEXTS), text=st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_text_is_taken_or_refused_by_name(ask, path, text):
    answer = push(
        ask,
        changed({**STATE, "state": "fulfilled", "declined": []} if len(path) == 1 else STATE, path, text),
        number="none",
    )
    assert answer.status_code in {404, 422}
    if answer.status_code == 422:
        assert names(answer) == {".".join(map(str, path))}
