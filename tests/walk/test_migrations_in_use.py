"""Migrations since the last release run while people work with that release: they lock nothing long and break nothing.

A table that grows is written to all the time; a lock on it that outlasts a second is a queue of pages behind it.
"""

import re

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED
from django.db.models.expressions import Value

from ..released import LAST

# Not yet half a minute's work for a table; orders, documents and the log are far above.
SMALL = {
    "contracts_terms", "contracts_measure", "contracts_subprocessor", "downloads_release", "shop_category",
    "shop_synonym", "portal_erprun", "portal_erpexport", "portal_trouble", "support_incident", "support_adviser",
}  # fmt: skip
# What a look at the operation cannot tell, and why it is well.
LOOKED_AT = {
    "orders.0016_words_of_orders": "makes a table, functions and triggers; its update stands in a function's body",
    "orders.0017_words_of_old_orders": "fills in pieces of its own, each committed",
    "contracts.0009_texts_of_documents": "a trigger over new tables; its statements stand in a function's body",
    "portal.0010_mails_of_before": "locks mails that were sent, which the worker alone changes; new ones come in",
    "portal.0014_history_triggers": "makes functions and triggers; its update stands in a function's body",
    "portal.0016_history_of_waves_and_support": "triggers on tables that the same release makes",
    "shop.0013_opens": "makes functions and triggers; its updates stand in functions' bodies",
    "shop.0014_what_opens_articles": "fills in pieces of its own, each committed",
}
SQL = re.compile(
    r"create\s+(?:unique\s+)?index(?!\s+concurrently)|alter\s+table|\b(?:update|delete\s+from)\s+\w+", re.I
)


def is_new(app, name):
    return app in LAST and name > LAST[app]


def walked():
    """(name, migration, operation, state before it) of each operation since the release, in the order they run in."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = loader.project_state([(app, name) for app, name in LAST.items()])
    done = {node for last in LAST.items() for node in loader.graph.forwards_plan(last)}
    for leaf in sorted(loader.graph.leaf_nodes()):
        for node in loader.graph.forwards_plan(leaf):
            if node in done:
                continue
            done.add(node)
            migration = loader.graph.nodes[node]
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(node[0], state)
                if is_new(*node):
                    yield ".".join(node), migration, operation, before


def table_of(state, app, operation):
    """The table an operation is about; "" for one that the release does not know yet, or that stays small."""
    name = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    known = MODELS.get((app, name.lower()))
    return "" if known is None or known in SMALL else known


def released_models():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = loader.project_state([(app, name) for app, name in LAST.items()])
    return {(model._meta.app_label, model._meta.model_name): model._meta.db_table for model in state.apps.get_models()}


MODELS = released_models()


def trouble_of(migration, operation, before):
    """What is wrong with an operation on a table in use; "" where nothing is."""
    app = migration.app_label
    if isinstance(operation, (ops.RunSQL, ops.RunPython)):
        return _trouble_of_rows(operation)
    table = table_of(before, app, operation)
    if not table:
        return ""
    if isinstance(operation, (AddIndexConcurrently, RemoveIndexConcurrently)):
        return "needs atomic = False" if migration.atomic else ""
    kinds = {
        ops.AddIndex: "AddIndex: AddIndexConcurrently, in a migration of its own",
        ops.RemoveField: "RemoveField: the release that runs still asks for the column; take it away with the next one",
        ops.RenameField: "RenameField: the release that runs asks for the old name",
        ops.RenameModel: "RenameModel: the release that runs asks for the old name",
        ops.DeleteModel: "DeleteModel: the release that runs still asks for the table",
        ops.AlterUniqueTogether: "AlterUniqueTogether: AddIndexConcurrently first",
    }
    for kind, words in kinds.items():
        if isinstance(operation, kind):
            return words
    if isinstance(operation, ops.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        return "AddConstraint reads the whole table: AddConstraintNotValid, then ValidateConstraint"
    if isinstance(operation, ops.AddField):
        return _trouble_of_new(operation.field)
    if isinstance(operation, ops.AlterField):
        return _trouble_of_altered(
            before.models[app, operation.model_name_lower].fields[operation.name], operation.field
        )
    return ""


def _trouble_of_rows(operation):
    text = operation.sql if isinstance(operation, ops.RunSQL) else ""
    text = text if isinstance(text, str) else " ".join(map(str, text))
    if isinstance(operation, ops.RunPython):
        return "RunPython: in pieces, each committed; then name it in LOOKED_AT"
    return f"RunSQL with {found[0]!r}: measure it, then name it in LOOKED_AT" if (found := SQL.search(text)) else ""


def _trouble_of_new(field):
    if field.many_to_many:
        return ""
    if field.db_index or field.unique:
        return "a new column with an index: db_index=False, then AddIndexConcurrently"
    if field.db_default is NOT_PROVIDED:
        return "" if field.null else "a new column without db_default: the release that runs could add no row"
    given = field.db_default
    is_constant = not hasattr(given, "resolve_expression") or isinstance(given, Value)
    # now() is the same for a whole statement, so PostgreSQL takes it for a constant.
    return "" if is_constant or type(given).__name__ == "Now" else "a default that differs by row writes the table anew"


def _trouble_of_altered(old, new):
    before, after = old.clone().db_parameters(connection), new.clone().db_parameters(connection)
    kinds = [str(part["type"]) for part in (before, after)]
    widened = [re.fullmatch(r"varchar\((\d+)\)", kind) for kind in kinds]
    if kinds[0] != kinds[1] and not (all(widened) and int(widened[0][1]) <= int(widened[1][1])):
        return f"from {kinds[0]} to {kinds[1]} writes the table anew"
    if old.null and not new.null:
        return "NOT NULL reads the whole table: a check that is not valid yet, validated, then this"
    if (new.db_index or new.unique) and not (old.db_index or old.unique):
        return "a new index: AddIndexConcurrently"
    return ""


def test_migrations_since_the_release_lock_nothing_long_and_break_nothing():
    found = {}
    for name, migration, operation, before in walked():
        if name not in LOOKED_AT and (trouble := trouble_of(migration, operation, before)):
            found.setdefault(name, []).append(f"{operation.describe()}: {trouble}")
    assert found == {}


def test_what_was_looked_at_is_still_there():
    assert set(LOOKED_AT) <= {name for name, *_rest in walked()}


def operation_of(kind):
    """One of each kind that would hold up, or break, the release that runs."""
    from django.db import models
    from django.db.models.functions import Random

    field = {
        "indexed": models.IntegerField(null=True, db_index=True),
        "bare": models.IntegerField(default=0),
        "by row": models.FloatField(db_default=Random()),
    }
    if kind in field:
        return ops.AddField("order", "more", field[kind])
    index = models.Index(fields=["state"], name="order_by_state")
    return {
        "index": ops.AddIndex("order", index),
        "atomic": AddIndexConcurrently("order", index),
        "gone": ops.RemoveField("order", "note"),
        "renamed": ops.RenameField("order", "note", "notes"),
        "narrow": ops.AlterField("order", "number", models.BigIntegerField()),
        "constraint": ops.AddConstraint("order", models.CheckConstraint(condition=models.Q(pk=None), name="x")),
        "rows": ops.RunSQL("update orders_order set state = state"),
        "plain index": ops.RunSQL("create index x on orders_order (state)"),
        "python": ops.RunPython(print),
    }[kind]


KINDS = ["indexed", "bare", "by row", "index", "atomic", "gone", "renamed", "narrow", "constraint", "rows"]


@pytest.mark.parametrize("kind", [*KINDS, "plain index", "python"])
def test_each_kind_of_trouble_is_seen(kind):
    loader = MigrationLoader(None, ignore_no_migrations=True)
    migration = loader.graph.nodes["orders", LAST["orders"]]
    assert trouble_of(migration, operation_of(kind), loader.project_state(("orders", LAST["orders"])))


@pytest.mark.parametrize("concurrently", [True, False])
def test_what_is_well_is_left_alone(concurrently):
    from django.db import models

    loader = MigrationLoader(None, ignore_no_migrations=True)
    migration = loader.graph.nodes["orders", "0012_sums_from_an_index"]
    state = loader.project_state(("orders", LAST["orders"]))
    field = models.CharField(max_length=20, db_default="", default="")
    index = models.Index(fields=["state"], name="order_by_state")
    operation = AddIndexConcurrently("order", index) if concurrently else ops.AddField("order", "more", field)
    assert trouble_of(migration, operation, state) == ""
