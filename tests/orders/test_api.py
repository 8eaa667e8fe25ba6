"""The JSON interface for the ERP: keys and scopes, cursor, states once, papers, webhooks, and its description."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from openapi_spec_validator import validate

from orders.api import CHANGES
from orders.models import ErpCall, ErpToken, Order
from orders.states import accept, agree
from shop.models import Article

from .. import factories as make
from ..threads import at_once

pytestmark = pytest.mark.django_db
BASE = "/erp/v1"


@pytest.fixture
def erp(db):
    """erp(method, path, **more) asks with a key that has all scopes; scopes=… gives another."""
    keys = {}

    def ask(method, path, scopes=tuple(ErpToken.Scope), key=None, **more):
        scopes = tuple(scopes)
        keys.setdefault(scopes, ErpToken.issue("ERP", scopes)[1])
        headers = {"Authorization": f"Bearer {key or keys[scopes]}", **more.pop("headers", {})}
        return getattr(Client(), method)(BASE + path, headers=headers, **more)

    return ask


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-5")
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, position=1)
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, position=2)
    order.note_event(order.state, by=ben)
    return order


def push(erp, wish, key="call-0001", number="TSA-5", **more):
    headers = {"Idempotency-Key": key} if key else {}
    body = json.dumps(wish)
    return erp("post", f"/orders/{number}/state", headers=headers, data=body, content_type="application/json", **more)


def test_the_description_is_valid_openapi(client):
    document = client.get(f"{BASE}/openapi.json").json()
    validate(document)
    assert set(document["paths"]) == {
        f"{BASE}/orders", f"{BASE}/orders/{{number}}", f"{BASE}/orders/{{number}}/state",
        f"{BASE}/orders/{{number}}/documents",
    }  # fmt: skip


def test_without_a_valid_key_nothing_is_told(order, erp, client, olga, as_):
    assert client.get(f"{BASE}/orders").status_code == 401
    assert as_(olga).get(f"{BASE}/orders").status_code == 401, "a customer's session is no key"
    assert erp("get", "/orders", key="wrong").status_code == 401
    row, key = ErpToken.issue("alt", [ErpToken.Scope.READ])
    assert erp("get", "/orders", key=key).status_code == 200
    row.revoked_at = row.created_at
    row.save()
    assert erp("get", "/orders", key=key).status_code == 401
    assert key not in ErpToken.objects.values_list("token_hash", flat=True)


def test_a_key_does_only_what_its_scopes_say(order, erp):
    read = [ErpToken.Scope.READ]
    assert erp("get", "/orders/TSA-5", scopes=read).status_code == 200
    assert push(erp, {"state": "accepted"}, scopes=read).status_code == 403
    assert erp("post", "/orders/TSA-5/documents", scopes=read).status_code == 403
    assert erp("get", "/orders", scopes=[ErpToken.Scope.WRITE]).status_code == 403


def test_the_cursor_leads_through_all_changes_once(acme, ben, order, erp):
    for number in range(3):
        make.OrderFactory(company=acme, number=f"TSA-1{number}").note_event("received", by=None)
    make.OrderFactory(company=acme, number="W", state=Order.State.WAITING).note_event("waiting", by=ben)
    seen, cursor = [], 0
    while True:
        page = erp("get", f"/orders?after={cursor}&limit=2").json()
        if page["cursor"] == cursor:
            break
        cursor, seen = page["cursor"], seen + [change["order"]["number"] for change in page["changes"]]
    assert seen == ["TSA-5", "TSA-10", "TSA-11", "TSA-12"], "what waits for approval is not the vendor's yet"
    accept(order, by=None)
    (change,) = erp("get", f"/orders?after={cursor}").json()["changes"]
    assert change["order"]["state"] == "accepted" and change["order"]["customer"] == "12345"
    assert change["order"]["lines"][0]["net"] == "499.00"


@pytest.mark.parametrize("query", ["after=-5", "limit=0", "limit=999999", f"after={2**70}"])
def test_odd_cursors_break_nothing(erp, query):
    assert erp("get", f"/orders?{query}").status_code == 200


@pytest.mark.parametrize("number", ["none", "%00", "x" * 500, "../../etc"])
def test_an_order_that_is_not_there(erp, number):
    assert erp("get", f"/orders/{number}").status_code in {400, 404}


def test_a_state_is_pushed_once_however_often_it_is_sent(order, erp):
    wish = {"state": "accepted", "declined": [{"position": 2, "reason": "Kein Termin"}]}
    answers = [push(erp, wish) for _again in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {answers[0].content}
    order.refresh_from_db()
    assert order.state == "offered" and order.events.filter(state="offered").count() == 1
    assert answers[0].json()["state"] == "offered"
    assert push(erp, {"state": "cancelled", "reason": "…"}).status_code == 409, "the key meant something else"
    for step in ("accepted", "fulfilled"):
        assert push(erp, {"state": step}, key=f"early-{step}").status_code == 409, "the customer was not heard yet"
    agree(order, by=None)
    seen = erp("get", "/orders/TSA-5").json()
    assert (seen["state"], seen["net"], seen["counted_net"]) == ("partly", "499.00", "499.00")
    assert push(erp, {"state": "fulfilled"}, key="call-0002").json()["state"] == "fulfilled"
    assert push(erp, {"state": "fulfilled"}, key="call-0003").status_code == 200, "it is so already"


@pytest.mark.parametrize(
    "wish, status",
    [
        ({"state": "fulfilled"}, 409),
        ({"state": "unsinn"}, 422),
        ({"state": "cancelled"}, 409),
        ({"state": "accepted", "declined": [{"position": 9, "reason": "x"}]}, 409),
        ({"state": "accepted", "declined": [{"position": 1, "reason": ""}]}, 422),
        ({}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(order, erp, wish, status):
    assert push(erp, wish).status_code == status
    order.refresh_from_db()
    assert order.state == "received"


def test_a_push_needs_a_key_against_doubles(order, erp):
    assert push(erp, {"state": "accepted"}, key=None).status_code == 422


def upload(erp, content=make.PDF, **more):
    data = {
        "document": "RE-1",
        "kind": "RE",
        "title": "Rechnung 1",
        "file": SimpleUploadedFile("a.pdf", content),
        **more,
    }
    return erp("post", "/orders/TSA-5/documents", data=data)


def test_a_paper_is_filed_once_and_another_is_a_new_version(acme, carla, order, erp, as_):
    assert upload(erp).json()["is_new"] is True
    assert upload(erp).json()["is_new"] is False
    assert upload(erp, make.PDF + b"\n").json()["version"] == 2
    document = acme.documents.get(number="RE-1", replaced_by=None)
    assert as_(carla).get(reverse("document_file", args=["12345", document.pk])).status_code == 200


@pytest.mark.parametrize(
    "more", [{"content": b"<html>"}, {"kind": "XX"}, {"document": "a\0b"}, {"title": ""}, {"document": "R" * 61}]
)
def test_a_paper_that_is_none_is_refused(acme, order, erp, more):
    assert upload(erp, **more).status_code == 422
    assert not acme.documents.exists()


def test_another_customer_s_number_is_not_taken_over(acme, elsewhere, order, erp):
    make.DocumentFactory(company=elsewhere, number="RE-1")
    assert upload(erp).status_code == 422 and not acme.documents.exists()


def test_the_key_is_shown_once_in_the_admin(admin, as_):
    client = as_(admin)
    page = client.post("/admin/orders/erptoken/add/", {"name": "ERP", "scopes": ["orders:read"]}, follow=True)
    shown = [str(message) for message in page.context["messages"] if "nur dieses eine Mal" in str(message)]
    key = shown[0].rsplit(" ", 1)[1]
    assert ErpToken.find(key).name == "ERP"
    assert key not in client.get("/admin/orders/erptoken/").content.decode()


# --- Errors are not taken for answers ---


@pytest.mark.parametrize("error", [KeyError("lost"), IntegrityError("another promise")])
def test_an_error_inside_a_step_is_an_error(order, erp, monkeypatch, error):
    """Neither "the state is one of …" nor "this key was used": the call failed, may be repeated, and is then done."""

    def broken(row, wish):
        raise error

    with monkeypatch.context() as patch:
        patch.setitem(CHANGES, "accepted", broken)
        with pytest.raises(type(error)):
            push(erp, {"state": "accepted"})
    assert not ErpCall.objects.exists()
    assert push(erp, {"state": "accepted"}).json()["state"] == "accepted"


def test_an_unknown_state_is_named(order, erp):
    answer = push(erp, {"state": "lost"})
    assert answer.status_code == 422 and "accepted, fulfilled, cancelled" in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_many_times_at_once_acts_once(order, erp):
    erp("get", "/orders")
    answers = at_once(*[lambda: push(erp, {"state": "cancelled", "reason": "Nicht lieferbar"})] * 8)
    assert {answer.status_code for answer in answers} == {200} and len({answer.content for answer in answers}) == 1
    assert order.events.filter(state="cancelled").count() == 1
