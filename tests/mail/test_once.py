"""No mail twice and none lost unseen: a worker that dies at the worst moment, a server that says no."""

import base64
import re
import smtplib
import uuid

import pytest
from django.core.mail import send_mail
from django.db import connection, transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.lib.mail import OnceSMTP, deliver
from portal.models import MailHandover

from ..jobs import run_jobs
from .test_queue import port, post_office, server, work  # noqa: F401 - fixtures

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
    waiting = MailHandover.objects.get()
    assert (waiting.state, waiting.reason) == ("waiting", "451 later")
    monkeypatch.undo()
    send(key)
    assert len(server.mails) == 1


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_final_no_is_not_asked_again_and_stands_with_its_reason(step, post_office, server, monkeypatch, admin, as_):  # noqa: F811
    def refused(self, *args):
        if step == "data":
            self.before_end()
        return 550, b"5.1.1 no such user"

    monkeypatch.setattr(OnceSMTP, step, refused)
    key = uuid.uuid4()
    send(key)
    monkeypatch.undo()
    send(key)
    row = MailHandover.objects.get()
    assert (row.state, row.reason, server.mails) == ("refused", "550 5.1.1 no such user", [])
    page = as_(admin).get(reverse("admin:portal_mailhandover_changelist")).content.decode()
    assert "550 5.1.1 no such user" in page
    data = {"action": "send_again", "_selected_action": [str(row.pk)]}
    as_(admin).post(reverse("admin:portal_mailhandover_changelist"), data)
    run_jobs("deliver")
    assert len(server.mails) == 1


def test_a_login_the_mail_server_refuses_is_tried_again(post_office, server, monkeypatch):  # noqa: F811
    """That is about the server; the mails wait for who mends it."""

    def refused(self, *args):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(OnceSMTP, "mail", refused)
    with pytest.raises(smtplib.SMTPAuthenticationError):
        send(uuid.uuid4())
    assert MailHandover.objects.get().state == "waiting"


BROKEN = ["no-address", "a@b\r\nBcc: c@d.example", "a b@c.example", "", "a@b.example>\nx"]


@pytest.mark.parametrize("address", BROKEN)
def test_a_mail_that_cannot_be_built_fails_alone(address, post_office, server):  # noqa: F811
    with transaction.atomic():
        send_mail("S", "Text", None, [address])
        send_mail("Betreff\r\nBcc: c@d.example", "Text", None, ["b@firma.example"])
    run_jobs("deliver")
    (mail,) = server.mails
    assert mail["Subject"] == "Betreff Bcc: c@d.example" and mail["Bcc"] is None
    refused = MailHandover.objects.filter(state="refused")
    assert [bool(row.reason) for row in refused] == [True] * (1 if address else 0)


def test_the_queue_and_the_logs_hold_no_mail(post_office, caplog, monkeypatch):  # noqa: F811
    """A mail carries one-time links; what a worker says about a job names its key alone."""
    secret = "https://portal.example/einladung/SECRET-TOKEN/"
    send_mail("Einladung", f"Bitte hier: {secret}", None, ["b@firma.example"])
    (job,) = ProcrastinateJob.objects.filter(task_name="deliver")
    assert set(job.args) == {"key"}
    ProcrastinateJob.objects.filter(pk=job.pk).update(attempts=12)
    with caplog.at_level("DEBUG"):
        work()
    assert ProcrastinateJob.objects.get(pk=job.pk).status == "failed" and "deliver[" in caplog.text
    for record in caplog.records:
        said = record.getMessage() + repr(record.__dict__)
        assert "SECRET-TOKEN" not in said
        assert not re.search(r"[A-Za-z0-9+/]{80}", said), "no mail in base64 either"
