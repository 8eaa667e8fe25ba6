"""Mail goes through the queue in PostgreSQL: what was rolled back is never sent, what was committed is never lost."""

import base64
import uuid
from email.utils import getaddresses

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


class QueueBackend(BaseEmailBackend):
    """Puts each message, as it will be sent, into the queue within the current transaction."""

    def send_messages(self, messages):
        for message in messages:
            raw = message.message().as_bytes(linesep="\r\n")
            deliver.defer(
                raw=base64.b64encode(raw).decode(),
                sender=getaddresses([message.from_email])[0][1],
                recipients=[address for _name, address in getaddresses(message.recipients())],
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
            part.rename(folder / f"{uuid.uuid4().hex}.eml")
        return len(messages)


class Ready(EmailMessage):
    """A message that was finished when it was queued; its Message-ID stays the same in every try."""

    def __init__(self, raw, sender, recipients):
        super().__init__(from_email=sender, to=recipients)
        self.raw = raw

    def message(self):
        return self

    def as_bytes(self, unixfrom=False, linesep="\r\n"):
        """The bytes as they were queued, whatever the line ends asked for."""
        return self.raw


@app.task(queue="mail", retry=RetryStrategy(max_attempts=12, exponential_wait=3), name="deliver")
def deliver(raw, sender, recipients):
    """Hands one message to the mail server; tried again with growing pauses while the server is away."""
    connection = get_connection(settings.MAIL_DELIVERY_BACKEND)
    connection.send_messages([Ready(base64.b64decode(raw), sender, recipients)])
