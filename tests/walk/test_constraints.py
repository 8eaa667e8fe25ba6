"""What the database refuses becomes a sentence only where it is that refusal; every other error stays one."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError

from access import ending
from access.acting import AccessRefused, Actor
from access.ending import delete_membership
from access.models import Membership
from portal.lib.constraints import broken_constraint, refusing
from shop.lists import make_list

APPS = ["portal", "accounts", "access", "contracts", "downloads", "shop", "orders", "support"]
FILES = sorted(path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py"))
TOO_WIDE = {"IntegrityError", "DatabaseError", "Exception", "KeyError", "AttributeError", "TypeError"}


def names_in(node):
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def handlers():
    """(file, line, what is caught, the handler) of every except."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                yield f"{path.parent.name}/{path.name}", node.lineno, names_in(node.type) if node.type else set(), node


def test_who_catches_a_broken_promise_looks_which_one():
    blind = [
        f"{place}:{line}"
        for place, line, caught, handler in handlers()
        if "IntegrityError" in caught and "broken_constraint" not in names_in(handler)
    ]
    assert blind == []


# Each row of the ERP's table for itself, whatever goes wrong with it; the row's error stands in the report.
BATCHES = {"orders/from_erp.py"}


def test_no_step_of_an_order_is_wrapped_in_a_net_for_any_error():
    """An error inside a step is not an answer about what was asked."""
    wide = [f"{place}:{line}" for place, line, caught, _handler in handlers() if caught & TOO_WIDE
            and place.startswith("orders/") and place not in BATCHES]  # fmt: skip
    assert wide == []


@pytest.mark.django_db
def test_the_last_holder_is_named_and_nothing_else_is_called_that(acme, olga, ben, monkeypatch):
    with pytest.raises(AccessRefused, match="Lizenzinhaber"):
        delete_membership(olga.at["12345"], Actor.portal())

    def break_another(membership, actor):
        Membership.objects.filter(pk=membership.pk).update(order_limit=-1)

    monkeypatch.setattr(ending, "_decide_reviews", break_another)
    with pytest.raises(IntegrityError) as caught:
        delete_membership(ben.at["12345"], Actor.portal())
    assert broken_constraint(caught.value) == "membership_limit_not_negative"
    assert Membership.objects.filter(user=ben).exists()


@pytest.mark.django_db
def test_a_refusal_leaves_the_transaction_usable(acme, ben):
    make_list(acme, ben, "Monatlich")
    with pytest.raises(ValueError, match="twice"), refusing("list_name_once", ValueError("twice")):
        acme.shopping_lists.create(owner=ben, name="Monatlich")
    assert acme.shopping_lists.count() == 1
