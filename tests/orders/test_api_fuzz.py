"""Whatever is sent to the ERP's interface, in whatever form: an answer in JSON, never a page or an error of ours."""

import json
from urllib.parse import quote

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, Client, encode_multipart
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orders.models import ErpToken, Order
from shop.models import Article

from .. import factories as make
from .test_api_fields import BASE, PAPER, STATE, described

pytestmark = pytest.mark.django_db
FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([10**40, -(10**400), 2**63, 1e308, float("nan")]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=4)),
    max_leaves=12,
)
PATHS = ["/orders", "/orders/TSA-5", "/orders/TSA-5/state", "/orders/TSA-5/documents", "/openapi.json", "/", "/none"]
KINDS = [
    "application/json", "application/json; charset=utf-16", "application/json; charset=klingon", "text/html",
    "text/plain", "", "application/xml", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xfc",
    f"multipart/form-data; boundary={'x' * 500}", "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16", "application/octet-stream", "a/b; c=\x00", ";;;",
]  # fmt: skip
BODIES = [
    b"", b"\0", b"\xff\xfe\x00", json.dumps(STATE).encode("utf-16"), b"{" * 50_000, b"[" * 100_000, b'{"a":' * 40_000,
    b"--x\r\n\r\n", b"a=1&" * 2000, b'{"state": 1e999}', b'{"state": -Infinity}', b"\xef\xbb\xbf{}",
]  # fmt: skip


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
    """ask(method, path, body, kind, **headers) as the ERP; the answer is JSON and no error of ours."""

    def ask(method, path, body=b"", kind="application/json", **headers):
        given = {"Authorization": f"Bearer {key}", "Idempotency-Key": "call-0001", **headers}
        answer = Client(raise_request_exception=False).generic(method, BASE + path, body, kind, headers=given)
        assert answer.status_code < 500, (answer.status_code, answer.content[:300])
        assert answer["Content-Type"].startswith("application/json"), (method, path, answer.content[:200])
        if method != "HEAD":
            answer.json()
        return answer

    return ask


def unmoved(order):
    order.refresh_from_db()
    return order.state == "received" and not order.company.documents.exists()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "FOO", "GET", "POST"])
def test_other_methods_are_refused_in_json(ask, order, path, method):
    assert ask(method, path).status_code in {200, 400, 404, 405, 422}
    assert unmoved(order)


@pytest.mark.parametrize("kind", KINDS, ids=ascii)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body[:12]))
def test_any_body_under_any_name_is_refused(ask, order, kind, body):
    for path in ("/orders/TSA-5/state", "/orders/TSA-5/documents"):
        assert ask("POST", path, body, kind).status_code in {400, 415, 422}
    assert unmoved(order)


@pytest.mark.parametrize("name, value", [
    ("Authorization", ""), ("Authorization", "Bearer"), ("Authorization", "Bearer \0"),
    ("Authorization", "Bearer \xff"),
    ("Authorization", "Basic eDp5"), ("Authorization", "Bearer " + "x" * 100_000), ("Authorization", "\u4e00"),
])  # fmt: skip
def test_a_broken_key_is_no_key(ask, order, name, value):
    for method, path in (("GET", "/orders"), ("POST", "/orders/TSA-5/state"), ("POST", "/orders/TSA-5/documents")):
        assert ask(method, path, json.dumps(STATE).encode(), **{name: value}).status_code == 401
    assert unmoved(order)


@pytest.mark.parametrize("name, value", [
    ("Content-Encoding", "gzip"), ("Accept", "text/html"), ("Accept", "\0"), ("Accept-Language", "\xff;q=x"),
    ("Content-Length", "-1"), ("Content-Length", "many"), ("X-Forwarded-For", "\0, ,"), ("Cookie", "sessionid=\0\xff"),
    ("Origin", "null"), ("If-Modified-Since", "\xff"), ("Range", "bytes=5-1"),
])  # fmt: skip
def test_odd_headers_break_nothing(ask, order, name, value):
    assert ask("GET", "/orders", **{name: value}).status_code in {200, 400}
    assert ask("POST", "/orders/TSA-5/state", b"{}", **{name: value}).status_code in {400, 422}


@pytest.mark.parametrize("piece", [
    "%ff", "%c3%28", "%ed%a0%80", "%00", "%0a", "%2e%2e%2f", "%25" * 50, "~", "~zz", "x" * 5000,
])  # fmt: skip
def test_odd_addresses_are_not_there(ask, order, piece):
    for path in (f"/orders/{piece}", f"/orders/{piece}/state", f"/orders/{piece}/documents", f"/{piece}"):
        for method in ("GET", "POST"):
            assert ask(method, path, json.dumps(STATE).encode()).status_code in {400, 401, 404, 405, 422}


@FUZZ
@given(body=JSON)
@example(body={"state": "accepted", "declined": [{"position": 1, "reason": "x"}] * 5000})
@example(body={"state": ["accepted"], "declined": {"position": 1}})
def test_any_json_is_refused_with_the_field(ask, order, body):
    answer = ask("POST", "/orders/none/state", json.dumps(body).encode())
    assert answer.status_code in {400, 404, 422}
    if answer.status_code == 422:
        assert all(error["loc"] for error in answer.json()["detail"])


@FUZZ
@given(data=st.data())
def test_any_value_in_any_field_of_the_description_is_taken_or_named(ask, order, data):
    place, path, _schema = data.draw(st.sampled_from(sorted(described(), key=str)))
    value = data.draw(JSON if place == "body" else ANY_TEXT)
    text = str(value).encode("utf-8", "surrogatepass")
    if place == "body":
        wish = (
            {**STATE, path[0]: value} if len(path) == 1 else {**STATE, "declined": [{"position": 1, path[-1]: value}]}
        )
        answer = ask("POST", "/orders/none/state", json.dumps(wish).encode())
    elif place == "form":
        fields = {**PAPER, path[0]: text.decode("latin-1")}
        answer = ask("POST", "/orders/none/documents", encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT)
    elif place == "query":
        answer = ask("GET", f"/orders?{path[0]}={quote(text)}")
    elif place == "path":
        answer = ask("GET", f"/orders/{quote(text, safe='') or '%20'}")
    else:
        answer = ask("POST", "/orders/none/state", json.dumps(STATE).encode(), **{path[0]: text.decode("latin-1")})
    assert answer.status_code in {200, 400, 404, 422}


def test_nothing_of_all_this_needs_a_session_or_a_token_of_a_form(key, order):
    """No redirect to a login, no page about a missing CSRF token."""
    client = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "call-0001"}
    body = json.dumps({"state": "accepted"})
    answer = client.post(f"{BASE}/orders/TSA-5/state", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200 and Order.objects.get().state == "accepted"
