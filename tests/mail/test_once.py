"""No mail twice and none lost unseen: a worker that dies at the worst moment, a server that says no."""

import base64
import smtplib
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.lib.mail import OnceSMTP, deliver
from portal.models import MailHandover

from .test_queue import port, post_office, server  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
RAW = base64.b64encode(b"Subject: Bestelleingang\r\n\r\nText\r\n..ein Punkt\r\n").decode()


@pytest.fixture(autouse=True)
def empty_queue():
    """The queue's tables are not Django's, so no flush empties them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


def send(key):
    deliver.func(raw=RAW, sender="a@vendor.example", recipients=["b@firma.example"], key=str(key))


class Died(BaseException):
    """Nothing catches it: the worker is gone."""


def test_the_same_job_run_again_sends_nothing(post_office, server):  # noqa: F811
    key = uuid.uuid4()
    send(key)
    send(key)
    (mail,) = server.mails
    assert mail["Subject"] == "Bestelleingang" and ".ein Punkt" in mail.get_payload()
    assert MailHandover.objects.get().state == "sent"


def test_a_worker_that_dies_before_the_last_byte_loses_nothing(post_office, server, monkeypatch):  # noqa: F811
    key, whole = uuid.uuid4(), OnceSMTP.send
    monkeypatch.setattr(OnceSMTP, "send", lambda self, s: whole(self, s) if b"Subject" not in bytes_of(s) else die())
    with pytest.raises(Died):
        send(key)
    monkeypatch.undo()
    send(key)
    assert len(server.mails) == 1


def bytes_of(s):
    return s.encode() if isinstance(s, str) else s


def die():
    raise Died


@pytest.mark.parametrize("arrived", [True, False])
def test_one_that_dies_between_last_byte_and_answer_leaves_it_to_staff(
    arrived,
    post_office,  # noqa: F811
    server,  # noqa: F811
    monkeypatch,
    admin,
    as_,
):
    """Nobody can know whether it went out, so it is not sent a second time."""
    key, reply = uuid.uuid4(), OnceSMTP.data

    def data(self, msg):
        if arrived:
            reply(self, msg)
        else:
            self.before_end()
        die()

    monkeypatch.setattr(OnceSMTP, "data", data)
    with pytest.raises(Died):
        send(key)
    monkeypatch.undo()
    send(key)
    assert len(server.mails) == int(arrived)
    unclear = MailHandover.objects.get()
    assert unclear.state == "unclear" and unclear.recipients == ["b@firma.example"]
    # Staff ask the reader, and send it again.
    data = {"action": "send_again", "_selected_action": [str(unclear.pk)]}
    as_(admin).post(reverse("admin:portal_mailhandover_changelist"), data)
    unclear.refresh_from_db()
    assert unclear.state == "settled" and unclear.raw is None
    assert ProcrastinateJob.objects.filter(task_name="deliver", status="todo").count() == 1


def test_a_server_that_says_no_is_asked_again(post_office, server, monkeypatch):  # noqa: F811
    key = uuid.uuid4()
    monkeypatch.setattr(OnceSMTP, "data", lambda self, msg: (self.before_end(), (451, b"later"))[1])
    with pytest.raises(smtplib.SMTPDataError):
        send(key)
    assert not MailHandover.objects.exists()
    monkeypatch.undo()
    send(key)
    assert len(server.mails) == 1


def test_a_reader_the_server_does_not_know_is_no_mail_handed_over(post_office, server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(OnceSMTP, "rcpt", lambda self, *args: (550, b"no such user"))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(uuid.uuid4())
    assert not MailHandover.objects.exists() and server.mails == []
