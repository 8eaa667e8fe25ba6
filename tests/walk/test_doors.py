"""Each row has one set of verbs: the code is read for whoever else writes it.

A new door - a page, an action, a job, an interface - calls a verb of the rooms named here.
"""

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ["portal", "accounts", "access", "contracts", "downloads", "shop", "orders", "support"]
# Rows of their own making, in an empty database or one that is rolled back.
MADE_UP = re.compile(r"portal/demo/|portal/management/commands/bench_|/migrations/")
WRITES = {"update", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "aupdate"}


@dataclass(frozen=True)
class Kept:
    """A table that only some rooms write.

    fields: names that no other table has. shared: names that others have too, looked for where the table is at home
    (`home`). sets: how a set of its rows is named in code. model and table: its class, and its name in SQL.
    """

    model: str
    table: str
    rooms: set[str]
    fields: set[str]
    shared: set[str]
    home: str
    sets: set[str]


ACCESS = {f"access/{name}.py" for name in ("switches", "terms", "ending", "holders", "inviting", "acting", "erp")}
TABLES = [
    Kept(
        "Membership",
        "access_membership",
        ACCESS,
        {
            "is_holder", "is_main_holder", "invited_as", "order_limit", "order_limit_month", "accepted_at",
            "suspended_at", "reminded_for", "expired_for",
        },
        {"function", "ends_on", "version", "phone"},
        "access/",
        {"memberships", "Membership"},
    ),
    Kept(
        "MembershipRight",
        "access_membershipright",
        # access.store is what the verbs write the switches with.
        ACCESS | {"access/store.py"},
        set(),
        set(),
        "access/",
        {"rights", "MembershipRight"},
    ),
]  # fmt: skip
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if not MADE_UP.search(path.relative_to(ROOT).as_posix())
)


def names_of(node):
    """The names along a chain such as company.memberships.filter(…)."""
    return {one.attr if isinstance(one, ast.Attribute) else one.id for one in ast.walk(node)
            if isinstance(one, (ast.Attribute, ast.Name))}  # fmt: skip


def in_sql(table, text):
    verbs = rf"(insert\s+into|update|delete\s+from|truncate|copy)\s+(only\s+)?\"?{table}\b"
    return re.search(verbs, text, re.IGNORECASE)


def targets_of(node):
    """What a statement assigns to, each one of a tuple by itself."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        yield node.target


def writes(kept, source, file=""):
    """(line, what) of each place in some code that writes rows of a table."""
    fields = kept.fields | (kept.shared if file.startswith(kept.home) else set())
    for node in ast.walk(ast.parse(source)):
        for target in targets_of(node):
            # A class attribute or a local name is no row; self is a form's or a page's own.
            own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
            if isinstance(target, ast.Attribute) and target.attr in fields and not own:
                yield node.lineno, f"assigns {target.attr}"
        if isinstance(node, ast.Call) and (why := _call(kept, node, fields, file)):
            yield node.lineno, why
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and in_sql(kept.table, node.value):
            yield node.lineno, "SQL"


def _call(kept, node, fields, file):
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in WRITES and names_of(function.value) & kept.sets:
        return f"calls {function.attr}()"
    if isinstance(function, ast.Name) and function.id == kept.model:
        return f"makes a {kept.model}"
    if isinstance(function, ast.Name) and function.id == "setattr":
        return "calls setattr()" if file.startswith(kept.home) and kept.shared else ""
    saved = [word.value for word in node.keywords if word.arg == "update_fields"]
    if saved and fields & {one.value for one in ast.walk(saved[0]) if isinstance(one, ast.Constant)}:
        return "saves its fields"
    return ""


@pytest.mark.parametrize("kept", TABLES, ids=lambda kept: kept.model)
def test_nobody_else_writes_it(kept):
    others = [f"{file}:{line} {what}" for file in FILES if file not in kept.rooms
              for line, what in writes(kept, (ROOT / file).read_text(), file)]  # fmt: skip
    assert others == []


@pytest.mark.parametrize("kept", TABLES, ids=lambda kept: kept.model)
def test_its_rooms_are_there(kept):
    for room in kept.rooms:
        assert (ROOT / room).exists(), room


@pytest.mark.parametrize("kept", TABLES, ids=lambda kept: kept.model)
def test_its_rooms_say_their_types(kept):
    """make lint checks them; what the import says in SQL, and the little that verbs write with, are no verbs."""
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    assert kept.rooms - {"access/erp.py", "access/store.py"} <= set(checked)


@pytest.mark.parametrize(
    "code",
    [
        "row.suspended_at = None",
        "membership.is_holder, other = True, 1",
        "company.memberships.filter(pk=1).update(phone='')",
        "Membership.objects.create(user=user)",
        "type(x).memberships.bulk_update(rows, ['version'])",
        "request.company.memberships.all().delete()",
        "Membership(company=company).save()",
        "cursor.execute('update access_membership set is_holder = true')",
        "cursor.execute('''delete   from access_membership where id = 1''')",
        "self.membership.save(update_fields=['suspended_at'])",
        "setattr(membership, name, value)",
    ],
)
def test_each_way_of_writing_is_seen(code):
    assert list(writes(TABLES[0], code, "access/views/some.py")), code


@pytest.mark.parametrize(
    "code", ["company.memberships.filter(is_holder=True)", "x = row.is_holder", "Order.objects.update(note='')"]
)
def test_reading_is_none(code):
    assert not list(writes(TABLES[0], code, "access/views/some.py"))


def test_the_admin_saves_no_membership():
    """Its save_model calls verbs; a ModelAdmin that forgets it writes the whole row."""
    tree = ast.parse((ROOT / "access" / "admin.py").read_text())
    admins = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    page = admins["MembershipAdmin"]
    assert {"save_model", "delete_model", "delete_queryset"} <= {
        node.name for node in page.body if isinstance(node, ast.FunctionDef)
    }
    calls = {call.func.attr for call in ast.walk(page)
             if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)}  # fmt: skip
    assert not calls & {"save", "save_model", "delete_model", "delete_queryset"}
