"""A host lives while it answers, and is ready while database and store answer; late mail is said, and shuts no door."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.storage import WholeFiles
from portal.models import MailHandover


def ripe_job(queue, since):
    """A job that has been able to run for so long."""
    (job,) = [app.configure_task("x", queue=queue, allow_unknown=True).defer()]
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = %s where job_id = %s", [timezone.now() - since, job])


def test_it_lives_without_asking_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/health/live/")
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


def test_ready_names_what_it_needs(client, db):
    answer = client.get("/health/ready/")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "storage": "ok", "queue": "ok", "mail": "ok"}


def test_a_store_that_is_away_takes_the_host_out(client, db, monkeypatch):
    from botocore.exceptions import EndpointConnectionError

    def away(_store, name):
        raise EndpointConnectionError(endpoint_url="https://store.example")

    monkeypatch.setattr(WholeFiles, "exists", away)
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["storage"], answer["Retry-After"]) == (503, "away", "20")
    assert client.get("/health/live/").status_code == 200


@pytest.mark.parametrize("minutes, word", [(14, "ok"), (16, "late")])
def test_an_old_job_is_late_and_shuts_no_door(client, db, minutes, word):
    ripe_job("papers", dt.timedelta(minutes=minutes))
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["queue"]) == (200, word)


@pytest.mark.parametrize("state, word", [("waiting", "late"), ("sent", "ok")])
def test_a_mail_that_waits_is_late(client, db, state, word):
    MailHandover.objects.create(key="0" * 32, state=state, recipients=["a@b.example"])
    MailHandover.objects.update(at=timezone.now() - dt.timedelta(minutes=16))
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["mail"]) == (200, word)
