"""What PostgreSQL does for a page: how many statements, and which of them read more than they should."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.test import Client

from .measuring import PageRefused
from .pages import Page

# A table of so many rows is large; so many read one after the other are a scan.
LARGE, SCANNED = 20_000, 5_000
MOST_MS, MOST_BUFFERS = 5.0, 10_000
TRIES = 3
LOOP = "nested loop over"


@dataclass
class Seen:
    """The statements of a page, and what is wrong with their plans, in words."""

    queries: int = 0
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"queries": self.queries, "faults": self.faults}


class Statement(NamedTuple):
    """is_kept: the server keeps its plan (portal.lib.standing)."""

    sql: str
    params: Any
    is_kept: bool = False


def look_at(page: Page, *, explained: bool) -> Seen:
    """Ask for the page in this process, once more for what is kept, have its statements explained. Changes nothing."""
    path, cookie = page.each[0] if page.each else (page.path, page.cookie)
    statements: list[Statement] = []
    with _taken_back():
        for _turn in range(2):
            statements = _statements(page, path, cookie)
        seen = Seen(len(statements))
        if explained:
            large = _large_tables()
            for statement in statements:
                sql = statement.sql
                if sql.lstrip("( ").lower().startswith(("select", "with")) and "for update" not in sql.lower():
                    seen.faults += judge(_best_plan(statement), large, sql)
    return seen


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _statements(page: Page, path: str, cookie: str) -> list[Statement]:
    found = []

    def note(execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            kept = isinstance(context["cursor"].cursor, ServerBindingCursor)
            found.append(Statement(sql, params, is_kept=kept))
        return execute(sql, params, many, context)

    client = Client(headers={"Host": "127.0.0.1", "User-Agent": "bench"})
    client.cookies = SimpleCookie(cookie)
    with connection.execute_wrapper(note):
        answer = client.post(path, page.form) if page.form else client.get(path)
    if answer.status_code != page.status:
        raise PageRefused(f"{page.name}: {path} answered {answer.status_code}.")
    return found


def _large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where relkind = 'r' and reltuples >= %s", [LARGE])
        return {name for (name,) in cursor.fetchall()}


def _best_plan(statement: Statement) -> dict[str, Any]:
    """The quickest of some tries: a busy machine makes every plan slow now and then."""
    plans = []
    with connection.cursor() as cursor, _asked_as_it_is(cursor, statement) as sql:
        for _try in range(TRIES):
            cursor.execute(f"explain (analyze, buffers, format json) {sql}", statement.params)
            (plan,) = cursor.fetchone()
            plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0])
            if _milliseconds(plans[-1]) < MOST_MS:
                break
    return min(plans, key=_milliseconds)


@contextmanager
def _asked_as_it_is(cursor: Any, statement: Statement) -> Iterator[str]:
    """The statement, or the asking of one whose plan is kept: then its planning is what is left of it."""
    if not statement.is_kept:
        yield statement.sql
        return
    numbers = count(1)
    text = statement.sql.replace("%%", "%").replace("%s", "${}")
    cursor.execute("set local plan_cache_mode = force_generic_plan")
    cursor.execute(f"prepare bench as {re.sub(re.escape('${}'), lambda _found: f'${next(numbers)}', text)}")
    marks = ", ".join(["%s"] * len(statement.params))
    yield f"execute bench ({marks})" if marks else "execute bench"
    cursor.execute("deallocate bench")


def _milliseconds(plan: dict[str, Any]) -> float:
    return plan["Planning Time"] + plan["Execution Time"]


def judge(plan: dict[str, Any], large: set[str], sql: str) -> list[str]:
    """What is wrong with a plan, a sentence each: a large table read whole, a long loop, too long in all."""
    about = f" [{' '.join(sql.split())[:160]}]"
    faults = [fault + about for node in _nodes(plan["Plan"]) for fault in _faults(node, large)]
    # A loop within a loop counts its buffers to both; the outer one says it all.
    loops = [fault for fault in faults if fault.startswith(LOOP)]
    faults = [fault for fault in faults if fault not in loops[1:]]
    if _milliseconds(plan) > MOST_MS:
        times = f"planned {plan['Planning Time']:.1f} ms, executed {plan['Execution Time']:.1f} ms"
        faults.append(f"{times}{about}")
    return faults


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _faults(node: dict[str, Any], large: set[str]) -> Iterator[str]:
    read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large and read > SCANNED:
        yield f"sequential scan of {node['Relation Name']}, {read:,.0f} rows"
    buffers = node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0)
    if node["Node Type"] == "Nested Loop" and buffers > MOST_BUFFERS:
        yield f"{LOOP} {buffers:,} buffers"
