"""Mail goes through the queue in PostgreSQL: what was rolled back is never sent, what was committed is never lost."""

import base64
import smtplib
import uuid
from email.utils import getaddresses

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .letters import as_letter


class QueueBackend(BaseEmailBackend):
    """Puts each message, as it will be sent, into the queue within the current transaction."""

    def send_messages(self, messages):
        for message in messages:
            raw = as_letter(message).message().as_bytes(linesep="\r\n")
            deliver.defer(
                raw=base64.b64encode(raw).decode(),
                sender=getaddresses([message.from_email])[0][1],
                recipients=[address for _name, address in getaddresses(message.recipients())],
                key=str(uuid.uuid4()),
            )
        return len(messages)


class FolderBackend(BaseEmailBackend):
    """Writes each message as an .eml file into EMAIL_FILE_PATH: the demo's post office."""

    def send_messages(self, messages):
        folder = settings.EMAIL_FILE_PATH
        folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            raw = message.message().as_bytes(linesep="\r\n")
            # Written aside and renamed, so that nobody reads half a mail.
            part = folder / f".{uuid.uuid4().hex}.part"
            part.write_bytes(raw)
            if isinstance(message, Ready):
                message.hand_over()
            part.rename(folder / f"{uuid.uuid4().hex}.eml")
        return len(messages)


class OnceSMTP(smtplib.SMTP):
    """Says when a message is about to become the server's: after its text, before the dot that ends it."""

    before_end = staticmethod(lambda: None)

    def data(self, msg):
        """As in smtplib (RFC 5321, 4.1.1.4), in two pieces. Returns the server's (code, words)."""
        self.putcmd("data")
        code, words = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        text = smtplib._quote_periods(msg)
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        self.before_end()
        self.send(b".\r\n")
        return self.getreply()


class OnceSMTPS(OnceSMTP, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class OnceBackend(EmailBackend):
    """Django's SMTP with the moment of handing over told to the message."""

    @property
    def connection_class(self):
        return OnceSMTPS if self.use_ssl else OnceSMTP

    def _send(self, message):
        self.connection.before_end = message.hand_over
        return super()._send(message)


class Ready(EmailMessage):
    """A message that was finished when it was queued; its Message-ID stays the same in every try."""

    def __init__(self, raw, sender, recipients, hand_over):
        super().__init__(from_email=sender, to=recipients)
        self.raw, self.hand_over = raw, hand_over

    def message(self):
        return self

    def as_bytes(self, unixfrom=False, linesep="\r\n"):
        """The bytes as they were queued, whatever the line ends asked for."""
        return self.raw


@app.task(queue="mail", retry=RetryStrategy(max_attempts=12, exponential_wait=3), name="deliver")
def deliver(raw, sender, recipients, key=None):
    """Hands one message to the mail server, once; tried again with growing pauses while the server is away.

    Just before the last byte a row says that the message is being handed over. Where a worker dies between that byte
    and the server's answer nobody can know whether it went out: it is not sent again, and staff find it as unclear.
    """
    book = apps.get_model("portal.MailHandover")
    key, raw = key or uuid.uuid4(), base64.b64decode(raw)
    if book.objects.is_settled(key, raw, recipients):
        return
    connection = get_connection(settings.MAIL_DELIVERY_BACKEND)
    try:
        connection.send_messages([Ready(raw, sender, recipients, lambda: book.objects.begin(key, recipients))])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        # The server has said no, so it has not got it.
        book.objects.filter(pk=key).delete()
        raise
    book.objects.finish(key, recipients)
