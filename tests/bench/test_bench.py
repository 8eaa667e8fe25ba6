"""The measuring of pages: what is asked for answers, what the kernel counted is counted, bad plans are named."""

import os
import subprocess
import sys

import pytest

from portal.bench import filling, pages, plans, report
from portal.bench.cpu import Meter

TINY = filling.Size(
    companies=40, articles=320, orders=90, documents=20, downloads=50, sessions=5, own_orders=40, products=20
)


@pytest.mark.django_db
def test_every_measured_page_answers(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    filling.make(TINY, lambda part: None)
    asked = pages.all_pages()
    for page in asked:
        seen = plans.look_at(page, explained=page.name in ("start", "orders"))
        assert seen.queries, page.name
    assert len({page.name for page in asked}) == len(asked)


def node(kind, **more):
    return {"Node Type": kind, "Actual Rows": 1, "Actual Loops": 1, **more}


def test_a_large_table_read_whole_is_named():
    scan = node("Seq Scan", **{"Relation Name": "orders_order", "Rows Removed by Filter": 999_999})
    plan = {"Plan": node("Limit", Plans=[scan]), "Planning Time": 0.2, "Execution Time": 0.3}
    (fault,) = plans.judge(plan, {"orders_order"}, "select 1")
    assert fault == "sequential scan of orders_order, 1,000,000 rows [select 1]"
    assert not plans.judge(plan, {"shop_article"}, "select 1")


def test_a_long_loop_and_a_slow_statement_are_named():
    loop = node("Nested Loop", **{"Shared Hit Blocks": 10_001})
    plan = {"Plan": loop, "Planning Time": 4.0, "Execution Time": 1.5}
    assert plans.judge(plan, set(), "select 1") == [
        "nested loop over 10,001 buffers [select 1]",
        "planned 4.0 ms, executed 1.5 ms [select 1]",
    ]


def test_helpers_that_came_and_went_are_counted():
    """As PostgreSQL's parallel workers are: their parent lives on."""
    work = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))']); input()"
    meter = None
    with subprocess.Popen([sys.executable, "-c", "input();" + work], stdin=subprocess.PIPE, text=True) as parent:
        meter = Meter(parent.pid)
        parent.stdin.write("\n")
        parent.stdin.flush()
        while meter.used() < 100:
            os.sched_yield()
        parent.stdin.write("\n")
        parent.stdin.close()


def test_the_table_says_growth_and_faults():
    row = {
        "web": 4.0, "database": 2.0, "bare": 3.0, "ratio": 2.0, "least": 1.9, "most": 2.1, "size": 15_000,
        "packed": 3_000, "queries": 4, "faults": ["sequential scan of orders_order"],
    }  # fmt: skip
    text = report.as_text({"small": {"start": {**row, "ratio": 1.6}}, "large": {"start": row}}, "Now.")
    assert "| start | 4.0 | 2.0 | **2.0** | 1.9 - 2.1 | 1.6 | 1.25 | 4 | 15.0 | 3.0 |" in text
    assert "- start: sequential scan of orders_order" in text
