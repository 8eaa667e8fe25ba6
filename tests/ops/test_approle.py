"""Web and worker connect as a role that owns nothing: what it may not do, and that everything daily works with it."""

import pytest
from django.conf import settings as conf
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access import tasks
from orders.models import Order
from orders.states import accept
from portal.erp import import_export
from portal.management.commands.grant_app_role import APPEND_ONLY

from ..access.test_log import make_old
from ..erp import export
from ..jobs import run_jobs
from ..orders.test_place import article, checkout, terms  # noqa: F401

ROLE = "portal_app"


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@pytest.fixture
def daily(db):
    """From here on the test's connection is what web and worker have; taken back with the test's transaction."""
    call_command("grant_app_role", verbosity=0)
    sql(f"set local session authorization {ROLE}")
    yield
    assert sql("select current_user") == [(ROLE,)]


REFUSED = [
    "create table mine (id int)",
    "create schema mine",
    "create function mine() returns int language sql as 'select 1'",
    "create extension pg_trgm with schema pg_catalog",
    "create role mine",
    "create database mine",
    "drop table access_accessevent",
    "drop function access_log_stays() cascade",
    "drop trigger access_event_stays on access_accessevent",
    "alter table access_accessevent disable trigger all",
    "alter table access_membership add column mine int",
    "create or replace function access_log_stays() returns trigger language plpgsql as 'begin return new; end'",
    "create trigger mine before insert on access_accessevent for each row execute function access_log_stays()",
    "create index mine on accounts_user (email)",
    "truncate access_accessevent",
    "truncate accounts_company cascade",
    "update access_accessevent set kind = 'added'",
    "delete from access_accessevent",
    "set session_replication_role = replica",
    "set role postgres",
    "alter table access_accessevent owner to portal_app",
    "insert into django_migrations (app, name, applied) values ('a', 'b', now())",
    "copy accounts_user to program 'cat'",
    "select pg_read_file('/etc/passwd')",
    "select setval('orders_number', 1)",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
    "alter system set fsync = off",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_daily_role_may_not(statement, acme, olga, daily):
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_switch_of_the_retention_does_not_help_the_daily_role(table, acme, olga, daily):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql("set local portal.retention = 'over'")
        sql(f"delete from {table}")


def test_the_daily_role_owns_nothing_and_enters_no_other_database(daily):
    powers = "select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls from pg_roles where rolname = %s"
    assert sql(powers, ROLE) == [(False,)]
    owned = "select count(*) from pg_shdepend where refobjid = %s::regrole and deptype = 'o'"
    assert sql(owned, ROLE) == [(0,)]
    for other in ("postgres", "template1"):
        assert sql("select has_database_privilege(%s, %s, 'connect')", ROLE, other) == [(False,)]


def test_no_table_may_be_changed_in_its_make_by_the_daily_role(daily):
    """Every table of today and tomorrow: rows, nothing else."""
    more = sql(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        " and (has_table_privilege(%s, oid, 'truncate') or has_table_privilege(%s, oid, 'trigger')"
        " or has_table_privilege(%s, oid, 'references'))",
        ROLE, ROLE, ROLE,
    )  # fmt: skip
    assert more == []


def test_nobody_empties_what_is_append_only(acme, olga):
    """The owner neither, short of dropping the trigger first."""
    guarded = sql("select tgrelid::regclass::text from pg_trigger where tgname like '%%stays_filled'")
    assert {*APPEND_ONLY, "access_membership", "access_membershipright"} <= {table for (table,) in guarded}
    sql("set constraints all immediate")
    for (table,) in guarded:
        with pytest.raises(DatabaseError, match="never emptied"), transaction.atomic():
            sql(f"truncate {table} cascade")
    assert acme.access_events.exists()


# --- everything daily ---


def test_login_and_access_as_the_daily_role(acme, olga, ben, daily):
    olga.set_password("Sonnenhof-2026!")
    olga.save()
    client = Client()
    answer = client.post(reverse("account_login"), {"login": olga.email, "password": "Sonnenhof-2026!"})
    assert answer.status_code == 302 and conf.SESSION_COOKIE_NAME in client.cookies
    before = acme.access_events.count()
    client.post(f"/kunde/12345/zugaenge/{ben.at['12345'].pk}/entfernen/")
    assert not acme.memberships.filter(user=ben).exists()
    assert acme.access_events.count() > before, "the triggers write as the daily role too"
    tasks.run()


def test_an_order_and_its_jobs_as_the_daily_role(checkout, daily):  # noqa: F811
    client, url, form = checkout
    assert client.post(url, form).status_code == 302
    accept(Order.objects.get(), by=None)
    run_jobs("make_confirmation")
    assert Order.objects.get().state in {"accepted", "fulfilled"}
    caches["default"].set("a", 1)
    assert caches["default"].get("a") == 1


def test_an_import_as_the_daily_role(tmp_path, daily):
    folder = export.write(tmp_path / "export")
    results = {result.file: result for result in import_export(folder)}
    assert {name: result.taken for name, result in results.items()} == export.TAKEN


def test_retention_works_as_the_daily_role_and_takes_nothing_of_this_year(acme, olga, daily):
    year = timezone.localdate().year - conf.ACCESS["log_years"] - 1
    with transaction.atomic():
        make_old(acme, timezone.now().replace(year=year, day=1))
    assert tasks.forget_old_lines() == 1
    with pytest.raises(DatabaseError, match="lines of this year"), transaction.atomic():
        sql("select access_forget_lines(now())")
    assert acme.access_events.exists()


def test_the_role_is_refused_when_it_can_do_more(db):
    call_command("grant_app_role", verbosity=0)
    call_command("grant_app_role", verbosity=0)
    sql(f"grant pg_read_all_data to {ROLE}")
    with pytest.raises(CommandError, match="member of others"):
        call_command("grant_app_role", verbosity=0)
    sql(f"revoke pg_read_all_data from {ROLE}")
    sql(f"alter role {ROLE} createdb")
    with pytest.raises(CommandError, match="powers over the server"):
        call_command("grant_app_role", verbosity=0)


def test_the_owner_is_not_the_daily_role(db, settings):
    settings.APP_DB_ROLE = "postgres"
    with pytest.raises(CommandError, match="makes the tables"):
        call_command("grant_app_role", verbosity=0)
