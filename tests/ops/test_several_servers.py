"""Several database hosts in one address, and what is said where no commit waits for a standby."""

import pytest
from django.db import connection

from portal.checks import orders_survive_a_crash
from portal.lib.environment import Environment

ONE, TWO = "postgresql://u:p%40@one:5432,two/portal", "postgresql://u@/portal?host=%2Fa,%2Fb"


@pytest.mark.parametrize(
    "given, host, port, wanted",
    [
        (ONE, "one,two", "5432,5432", "read-write"),
        (TWO, "/a,/b", None, "read-write"),
        (ONE + "?target_session_attrs=any&sslmode=require", "one,two", "5432,5432", "any"),
        ("postgresql://u@one:6000/portal", None, None, None),
        ("postgresql://u@/portal?host=%2Fa", "/a", None, None),
    ],
)
def test_an_address_may_name_several_hosts(monkeypatch, given, host, port, wanted):
    monkeypatch.setenv("SOME_URL", given)
    read = Environment().dj_db_url("SOME_URL", "", engine="portal.lib.database")
    options = read.get("OPTIONS") or {}
    assert [options.get(name) for name in ("host", "port", "target_session_attrs")] == [host, port, wanted]
    assert read["NAME"] == "portal" and read["USER"] == "u" and read["ENGINE"] == "portal.lib.database"


@pytest.mark.django_db
def test_several_hosts_without_a_commit_that_waits_are_warned_of():
    def said():
        return [warning.id for warning in orders_survive_a_crash(None, None)]

    assert said() == []
    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    try:
        options["host"] = "one,two"
        assert said() == ["portal.W005"]
        with connection.cursor() as cursor:
            cursor.execute("set local synchronous_commit = off")
        assert said() == ["portal.E001"]
    finally:
        options.clear()
        options.update(before)
