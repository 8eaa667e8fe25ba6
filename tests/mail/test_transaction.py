"""What a job puts into the queue belongs to its transaction: nobody takes a letter before it can be seen."""

from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import tasks as accounts
from accounts.tasks import mail_reset_link
from portal.models import MailHandover
from portal.tasks import OVERLOOKED_AFTER, TOO_LATE, send_overlooked

from .test_once import empty_queue  # noqa: F401 - fixture
from .test_queue import port, post_office, server, work  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looked(monkeypatch, transactional_db):
    """What another lane sees while the job that has just queued a letter has not ended yet; ends: how it does."""
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    real, seen = accounts.mail_password_link, SimpleNamespace(jobs=[], ends=lambda: None)
    given = connection.get_connection_params()
    parameters = {name: given[name] for name in ("dbname", "host", "user", "port") if name in given}

    def watched(person):
        real(person)
        with psycopg.connect(**parameters) as other:
            query = "select count(*) from procrastinate_jobs where task_name = 'deliver'"
            seen.jobs.append(other.execute(query).fetchone()[0])
        seen.ends()

    monkeypatch.setattr(accounts, "mail_password_link", watched)
    return seen


def test_a_letter_of_a_job_is_taken_by_nobody_before_its_row_is_there(post_office, server, ben, looked):  # noqa: F811
    """Another lane took the job, found no row and was done: the letter was lost, and nobody told."""
    mail_reset_link.defer(name=ben.email)
    work()
    assert looked.jobs == [0]
    assert [mail["X-RcptTo"] for mail in server.mails] == [ben.email]
    assert [row.state for row in MailHandover.objects.all()] == ["sent"]


def test_a_job_that_fails_after_queueing_queues_nothing(post_office, server, ben, looked):  # noqa: F811
    looked.ends = lambda: 1 / 0
    mail_reset_link.defer(name=ben.email)
    work()
    assert looked.jobs == [0] and server.mails == []
    assert not ProcrastinateJob.objects.filter(task_name="deliver").exists() and not MailHandover.objects.exists()


def test_a_mail_whose_job_is_gone_goes_out_all_the_same(post_office, server, ben):  # noqa: F811
    mail_reset_link.func(name=ben.email)
    assert MailHandover.objects.get().state == "waiting"
    ProcrastinateJob.objects.filter(task_name="deliver")._raw_delete("default")
    send_overlooked.func(timestamp=0)
    assert not ProcrastinateJob.objects.exists(), "it may be on its way yet"
    MailHandover.objects.update(at=timezone.now() - OVERLOOKED_AFTER)
    for _twice in range(2):
        send_overlooked.func(timestamp=0)
    assert ProcrastinateJob.objects.filter(task_name="deliver").count() == 1
    work()
    send_overlooked.func(timestamp=0)
    assert len(server.mails) == 1 and not ProcrastinateJob.objects.filter(task_name="deliver").exists()


def test_one_that_lay_for_days_is_for_staff_to_decide(post_office, ben):  # noqa: F811
    mail_reset_link.func(name=ben.email)
    ProcrastinateJob.objects.filter(task_name="deliver")._raw_delete("default")
    MailHandover.objects.update(at=timezone.now() - TOO_LATE)
    send_overlooked.func(timestamp=0)
    mail = MailHandover.objects.get()
    assert mail.state == "refused" and "übersehen" in mail.reason and not ProcrastinateJob.objects.exists()


def test_a_mail_that_waits_for_its_next_try_is_not_overlooked(post_office, ben):  # noqa: F811
    mail_reset_link.func(name=ben.email)
    work()
    MailHandover.objects.update(at=timezone.now() - OVERLOOKED_AFTER)
    send_overlooked.func(timestamp=0)
    assert ProcrastinateJob.objects.get(task_name="deliver").attempts >= 1
