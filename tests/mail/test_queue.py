"""Mail on its way: from a transaction through the queue and the worker to a real mail server."""

import smtplib
from functools import partial

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.core.mail import EmailMultiAlternatives, send_mail
from django.core.management import call_command
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.lib.mail import deliver
from portal.models import MailHandover

from ..ports import free_port
from ..threads import PATIENCE, beside

pytestmark = pytest.mark.django_db(transaction=True)


class Box(Message):
    def __init__(self):
        super().__init__()
        self.mails = []

    def handle_message(self, message):
        self.mails.append(message)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def post_office(settings, port):
    """The settings of production, but for the mail server's address."""
    settings.EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
    settings.MAIL_DELIVERY_BACKEND = "portal.lib.mail.OnceBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


@pytest.fixture
def server(port):
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


def text_of(mail):
    """The plain words of a mail that arrived."""
    (plain,) = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return plain.get_payload(decode=True).decode()


def work():
    """Run the worker until the queue is empty; in a thread, because the browser tests leave this one an event loop."""
    command = ["procrastinate", "worker", "--one-shot", "--delete-jobs", "successful"]
    beside(partial(call_command, *command)).result(PATIENCE)


def test_a_mail_reaches_its_reader_with_umlauts(post_office, server):
    send_mail("Grüße aus München", "Schöne Straße\n", "DOMUS <info@vendor.example>", ["Jörg <joerg@firma.example>"])
    work()
    (mail,) = server.mails
    assert mail["X-RcptTo"] == "joerg@firma.example"
    assert "Schöne Straße" in text_of(mail)
    assert not ProcrastinateJob.objects.filter(task_name="deliver").exists(), "sent mails leave no copy behind"


def test_nothing_is_sent_for_what_was_rolled_back(post_office, server):
    with pytest.raises(RuntimeError), transaction.atomic():
        send_mail("Bestelleingang", "…", None, ["ben@firma.example"])
        raise RuntimeError
    work()
    assert server.mails == []


def test_a_mail_waits_while_the_server_is_away(post_office):
    send_mail("Bestelleingang", "…", None, ["ben@firma.example"])
    work()
    job = ProcrastinateJob.objects.get(task_name="deliver")
    # Slowly enough, the worker comes to a second try before it is done.
    assert job.status == "todo" and job.attempts >= 1


def test_html_and_blind_copies_are_kept(post_office, server):
    mail = EmailMultiAlternatives("Betreff", "Text", None, ["a@firma.example"], bcc=["b@firma.example"])
    mail.attach_alternative("<p>Text</p>", "text/html")
    mail.send()
    work()
    (received,) = server.mails
    assert "b@firma.example" in received["X-RcptTo"]
    assert "b@firma.example" not in (received["To"] + str(received["Bcc"]))
    assert received.is_multipart()


def test_delivery_fails_loudly_when_nobody_listens(post_office):
    with pytest.raises((OSError, smtplib.SMTPException)):
        deliver.func(raw="SGFsbG8=", sender="a@firma.example", recipients=["b@firma.example"])


def test_a_domain_with_its_own_letters_is_the_one_mail_goes_to(post_office, server):
    """IDNA 2008: Django's own way would send it to strassen-hof.example, which is somebody else's."""
    mail = EmailMultiAlternatives(
        "Betreff", "Text", "Jörg <info@müller.example>", ["Anna Groß <anna@straßen-hof.example>", "ben@straße.example"],
        reply_to=["ruf@straße.example"],
    )  # fmt: skip
    mail.send()
    assert MailHandover.objects.get().recipients == ["anna@straßen-hof.example", "ben@straße.example"]
    work()
    (received,) = server.mails
    assert received["X-RcptTo"] == "anna@xn--straen-hof-83a.example, ben@xn--strae-oqa.example"
    assert received["X-MailFrom"] == "info@xn--mller-kva.example"
    headers = str(received["To"]) + str(received["Reply-To"])
    assert "anna@xn--straen-hof-83a.example" in headers and "ruf@xn--strae-oqa.example" in headers
