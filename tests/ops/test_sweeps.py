"""Every table either ends, row by row, in a periodic job that staff can look at, or stays for a reason."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.models import EmailChange
from portal.lib.sweeping import SWEPT
from portal.models import Sweep, Trouble
from portal.sweeps import next_run
from shop.models import Cart, Miss

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=4000)
# Why rows of a table do not end by time.
STAYS = {
    "master data": [
        "accounts.Company", "accounts.User", "contracts.Product", "contracts.Licence", "contracts.Maintenance",
        "contracts.SubProcessor", "contracts.Terms", "downloads.Release", "downloads.Release_pilots",
        "downloads.ReleaseFile", "shop.Article", "shop.Article_requires", "shop.Article_excludes", "shop.Category",
        "shop.Fit", "shop.FitKey", "shop.Picture", "shop.Price", "shop.Synonym", "shop.TrainingDate",
        "support.Adviser", "support.AdvisedCompany", "support.Contact", "support.Feature", "support.SupportText",
        "support.Incident", "portal.ErpRow",
    ],
    "orders and what proves them: at least ten years": [
        "orders.Order", "orders.OrderLine", "orders.OrderEvent", "orders.Grant", "shop.Booking", "shop.VatCheck",
        "support.Enquiry",
    ],
    "proofs of what was asked, agreed and told": [
        "access.AccessRequest", "access.AccessReview", "access.ReviewedPerson", "access.TakeOver",
        "accounts.DeletionRequest", "accounts.NameChange", "contracts.Acceptance", "contracts.ChangeNotice",
        "contracts.DeletionReport", "contracts.Publication", "contracts.PublicationEntry", "contracts.Objection",
        "contracts.SubProcessorChange", "downloads.Download",
        "downloads.PassEvent", "downloads.DownloadPass", "downloads.ReleaseNotice", "portal.Wave", "portal.WaveMember",
    ],
    "the file goes, the row says so": ["contracts.Document"],
    "go with their document, by a trigger": ["contracts.DocumentText", "contracts.PageText"],
    "goes with its order, by a trigger": ["orders.OrderWords"],
    "the person's own, taken back by the person": [
        "accounts.SignOnConsent", "downloads.InstalledVersion", "downloads.ReleaseWatch", "shop.ShoppingList",
        "shop.ListLine", "accounts.CalendarAddress", "account.EmailAddress", "mfa.Authenticator",
    ],
    "settings of staff": [
        "accounts.User_groups", "accounts.User_user_permissions", "allauth_idp_oidc.Client", "auth.Group",
        "support.OpeningDay", "support.OpeningTime",
        "auth.Group_permissions", "auth.Permission", "contenttypes.ContentType", "orders.ErpToken", "orders.Webhook",
    ],
    "a row a day, or a table": ["portal.LoginDay", "portal.Sweep"],
    "not written": [
        "account.EmailConfirmation", "guardian.GroupObjectPermission", "guardian.UserObjectPermission",
        "sessions.Session",
    ],
}  # fmt: skip


def test_every_table_ends_or_stays():
    staying = [label for labels in STAYS.values() for label in labels]
    every = {model._meta.label for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert sorted([*staying, *SWEPT]) == sorted(every | {"procrastinate.ProcrastinateJob"})


def test_every_job_that_ends_rows_runs_by_itself():
    assert all(next_run(job) for job in SWEPT.values())
    assert next_run("forget_leftovers", timezone.now()) > timezone.now() and next_run("no job") is None


def job_that_ended(days, trouble=False):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status) values ('cron', 'x', 'failed') returning id"
        )
        (job,) = cursor.fetchone()
        cursor.execute("delete from procrastinate_events where job_id = %s", [job])
        cursor.execute(
            "insert into procrastinate_events (job_id, type, at) values (%s, 'failed', %s)",
            [job, timezone.now() - timedelta(days=days)],
        )
    if trouble:
        Trouble.objects.create(work="x", row=str(job), reason="r", job=job)


def leftovers(acme, ben, admin, at):
    """One of each, last touched at a moment; how many there are."""
    Cart.objects.create(company=acme, user=ben, changed_at=at)
    Miss.objects.create(text=f"suche {at}", last_at=at)
    Token.objects.create(type="at", hash=str(at), expires_at=at)
    LogEntry.objects.create(user=admin, action_flag=2, action_time=at)
    LogEntry.objects.update(action_time=at)
    job_that_ended((timezone.now() - at).days)


def left():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'x'")
        (jobs,) = cursor.fetchone()
    return [model.objects.count() for model in (Cart, Miss, Token, LogEntry)] + [jobs]


def test_what_is_left_over_goes_and_the_report_says_so(acme, ben, admin, as_):
    leftovers(acme, ben, admin, LONG_AGO)
    job_that_ended(4000, trouble=True)
    app.tasks["forget_leftovers"].func(timestamp=0)
    assert left() == [0, 0, 0, 0, 1], "a job that staff may try again stays"
    told = dict(Sweep.objects.filter(job="forget_leftovers").values_list("table", "removed"))
    assert told == {
        "shop.Cart": 1, "shop.CartLine": 0, "shop.Miss": 1, "allauth_idp_oidc.Token": 1, "admin.LogEntry": 1,
        "procrastinate.ProcrastinateJob": 1,
    }  # fmt: skip
    app.tasks["forget_leftovers"].func(timestamp=0)
    miss = Sweep.objects.get(table="shop.Miss")
    assert (miss.removed, miss.total, miss.error) == (0, 1, ""), "a second run does nothing"
    page = as_(admin).get(reverse("admin:portal_sweep_changelist")).content.decode()
    assert "Suchen ohne Treffer" in page and "Nächster Lauf" in page


def test_what_is_fresh_stays(acme, ben, admin):
    leftovers(acme, ben, admin, timezone.now())
    app.tasks["forget_leftovers"].func(timestamp=0)
    assert left() == [1, 1, 1, 1, 1]


def test_the_report_names_what_failed_and_counts_the_rest(ben, monkeypatch):
    def forget_sessions():
        raise ValueError("broken")

    EmailChange.objects.create(user=ben, old="a@b.example", new="c@b.example", changed_at=LONG_AGO, token_sha256="x")
    monkeypatch.setattr("accounts.tasks.forget_sessions", forget_sessions)
    app.tasks["accounts_by_date"].func(timestamp=0)
    row = Sweep.objects.get(table="accounts.EmailChange")
    assert row.removed == 1 and row.error == "tests.forget_sessions" and Trouble.objects.exists()
