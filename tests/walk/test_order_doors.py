"""Nobody but the machine writes the state of an order or of its lines: read in the code."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FILES = [
    path
    for path in sorted(ROOT.glob("[a-z]*/**/*.py"))
    if path.relative_to(ROOT).parts[0] not in {"tests", "node_modules"} and "migrations" not in path.parts
]
# The machine; its hand, which marks as delivered; and the first state, given when an order is made.
MACHINE = {"orders/states.py", "orders/fulfilment.py"}
MAKES = {"orders/placing.py"}
# State of another kind: what became of a call to a receiver.
OTHERS = {"orders/models/erp.py"}
MAKERS = {"create", "get_or_create", "update_or_create", "bulk_create", "Order", "OrderLine"}
SQL = re.compile(r"\b(?:update|insert\s+into|merge\s+into)\s+orders_order(?:line)?\b", re.IGNORECASE)
IMPORTS = re.compile(r"^\s*(?:from|import) orders\b.*\bOrder", re.MULTILINE)
OF_ORDERS = re.compile(r"order|line", re.IGNORECASE)


def writes(tree):
    """(line, what is written to, whether a row is made) of everything that writes a field called state."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inner = [one for target in targets for one in ast.walk(target) if isinstance(one, ast.Attribute)]
            yield from ((node.lineno, ast.unparse(one.value), False) for one in inner if one.attr == "state")
        elif isinstance(node, ast.Call) and (found := _of_call(node)):
            yield found


def _of_call(node):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    texts = [one.value for part in node.args for one in ast.walk(part) if isinstance(one, ast.Constant)]
    keys = {one.arg for one in node.keywords}
    held = {
        one.value
        for keyword in node.keywords
        if keyword.arg in ("defaults", "create_defaults", "update_fields", "fields", None)
        for one in ast.walk(keyword.value)
        if isinstance(one, ast.Constant)
    }
    if name in MAKERS and ("state" in keys or "state" in held):
        return node.lineno, ast.unparse(node.func), True
    is_write = (name in {"update", "aupdate"} and ("state" in keys or "state" in held)) or (
        name in {"setattr", "bulk_update", "__setattr__"} and "state" in texts + list(held)
    )
    return (node.lineno, ast.unparse(node), False) if is_write else None


def offences(source, name):
    """The lines of a file that write the state of an order past the machine."""
    if name in MACHINE | OTHERS:
        return []
    near = name.startswith("orders/") or IMPORTS.search(source)
    return [
        f"{name}:{line}"
        for line, target, makes in writes(ast.parse(source))
        # Far from the orders, only what is called so: other things have states as well.
        if (near or OF_ORDERS.search(target)) and not (makes and (name in MAKES or not _makes_orders(target)))
    ]


def _makes_orders(target):
    return bool(OF_ORDERS.search(target))


def test_nobody_else_writes_the_state_of_an_order():
    assert len(FILES) > 400
    assert [line for path in FILES for line in offences(path.read_text(), str(path.relative_to(ROOT)))] == []


@pytest.mark.parametrize("source", [
    "order.state = 'accepted'", "line.state, line.reason = 'open', ''", "Order.objects.update(state='accepted')",
    "company.orders.filter(pk=1).update(**{'state': 'x'})", "setattr(order, 'state', 'x')",
    "Order.objects.bulk_update(rows, ['state'])", "Order(number='1', state='accepted')",
    "OrderLine.objects.create(state='done')", "order.lines.all().update(state='done')",
    "Order.objects.update_or_create(number='1', defaults={'state': 'x'})", "(order.state, x) = 1, 2",
    "for order in rows:\n    order.state: str = 'x'", "order.company.orders.first().state = 'x'",
])  # fmt: skip
@pytest.mark.parametrize("name", ["orders/admin.py", "accounts/services.py", "portal/demo/orders.py"])
def test_whoever_writes_it_is_found(source, name):
    assert offences(source, name)


@pytest.mark.parametrize("source", [
    "order.state == 'accepted'", "orders.filter(state='waiting')", "change.state = 'accepted'", "x = order.state",
    "order.events.create(at=now)", "Objection.objects.create(state='open')",
])  # fmt: skip
def test_whoever_reads_or_writes_another_thing_is_not(source):
    assert offences(source, "accounts/renaming.py") == []


def test_sql_writes_no_order_of_the_portal():
    """Set by set only the ERP's own orders: each statement that writes leaves out those with a form's key."""
    found = {}
    for path in FILES:
        for text in strings(ast.parse(path.read_text())):
            if SQL.search(text):
                found.setdefault(str(path.relative_to(ROOT)), []).append(text)
    assert set(found) == {"orders/erp.py"}
    assert all("form_key is null" in text for text in found["orders/erp.py"])


def strings(tree):
    """Every text in the code, those with names in them too."""
    parts = {id(one) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(one.value for one in node.values if isinstance(one, ast.Constant))
