"""Mail goes through the queue in PostgreSQL: what was rolled back is never sent, what was committed is never lost."""

import base64
import logging
import re
import smtplib
import socket
import uuid
from collections.abc import Callable, Sequence
from email import policy
from email.parser import BytesHeaderParser, BytesParser
from email.utils import formatdate, getaddresses, make_msgid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.mail import DNS_NAME, EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .deadline import Deadline, watch
from .letters import as_letter, story_of
from .mailboxes import header, written
from .plain import defuse
from .storage import beside

log = logging.getLogger("portal.mail")


class QueueBackend(BaseEmailBackend):
    """Puts each message, as it will be sent, into the queue within the current transaction.

    One that cannot be built (an address or a header that is none) stands in the admin as refused and stops neither
    the caller nor the others.
    """

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            try:
                mail = built(message)
            except Exception as error:
                refuse_unbuilt(message, error)
            else:
                queue(**mail, **book().about(story_of(message)))
        return len(messages)


def built(message: EmailMessage) -> dict[str, Any]:
    """{"raw", "sender", "recipients"}, these as people read them. Raises ValueError where it cannot be sent at all."""
    message.subject = " ".join(str(message.subject).split())
    sender = getaddresses([message.from_email])[0][1]
    recipients = [address for _name, address in getaddresses(message.recipients())]
    for address in [sender, *recipients]:
        # What smtplib would put on a line of the conversation.
        if not re.fullmatch(r"[^\s\x00-\x1f<>]+@[^\s\x00-\x1f<>@]+", written(address)):
            raise ValueError(f"no mail address: {address!r}")
    return {"raw": bytes_of(with_written_headers(as_letter(message))), "sender": sender, "recipients": recipients}


def bytes_of(message: EmailMessage) -> bytes:
    """The message as it is sent, with the line ends of mail."""
    # Django 5.2 makes messages of classes of its own, which are asked so; its stubs speak of 6.
    made: Any = message.message()
    return made.as_bytes(linesep="\r\n")


def with_written_headers(message: EmailMessage) -> EmailMessage:
    """The same with its domains in ASCII. Django's own way there is IDNA 2003, which makes "strassen" of "straßen"."""
    message.from_email = header(message.from_email)
    for name in ("to", "cc", "bcc", "reply_to"):
        setattr(message, name, [header(address) for address in getattr(message, name)])
    return message


def queue(raw: bytes, sender: str, recipients: list[str], **about: Any) -> Any:
    """Have the worker hand the mail over, once; returns its row. The queue is told its key alone.

    about: what the archive says of it, by name of the column.
    """
    key = uuid.uuid4()
    about.setdefault("message_id", id_of(raw))
    row = book().create(key=key, state="waiting", raw=raw, sender=sender, recipients=recipients, **about)
    deliver.defer(key=str(key))
    return row


def id_of(raw: bytes) -> str:
    """The Message-ID of a finished mail, without its brackets."""
    return str(BytesHeaderParser().parsebytes(raw)["Message-ID"] or "").strip().strip("<>")[:250]


def with_new_id(raw: bytes) -> bytes:
    """The same mail as another one: mail programs drop what comes twice under one Message-ID."""
    message = BytesParser().parsebytes(raw)
    del message["Message-ID"], message["Date"]
    message["Message-ID"], message["Date"] = make_msgid(domain=str(DNS_NAME)), formatdate()
    return message.as_bytes(policy=policy.compat32.clone(linesep="\r\n", mangle_from_=False))


def refuse_unbuilt(message: EmailMessage, error: Exception) -> None:
    recipients = [defuse(address)[:254] for address in message.recipients()]
    log.warning("A mail to %d readers could not be built: %s", len(recipients), type(error).__name__)
    about = book().about(story_of(message))
    book().create(key=uuid.uuid4(), state="refused", recipients=recipients, reason=defuse(error)[:300], **about)


def book() -> Any:
    """The manager of the mails on their way."""
    return apps.get_model("portal.MailHandover").objects


class FolderBackend(BaseEmailBackend):
    """Writes each message as an .eml file into EMAIL_FILE_PATH: the demo's post office."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        folder = settings.EMAIL_FILE_PATH
        folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            raw = bytes_of(message)
            with beside(folder / f"{uuid.uuid4().hex}.eml") as file:
                file.write(raw)
                if isinstance(message, Ready):
                    message.hand_over()
        return len(messages)


# One letter in all; a server that drips is asked again later.
LETTER_SECONDS = 60


class OnceSMTP(smtplib.SMTP):
    """Says when a message is about to become the server's: after its text, before the dot that ends it."""

    before_end: Callable[[], None] = staticmethod(lambda: None)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # smtplib's own, which its stubs leave out
        watch(sock)
        return sock

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As in smtplib (RFC 5321, 4.1.1.4), in two pieces. msg: bytes. Returns the server's (code, words)."""
        self.putcmd("data")
        code, words = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        text = smtplib._quote_periods(msg)  # type: ignore[attr-defined]  # as above
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        self.before_end()
        self.send(b".\r\n")
        return self.getreply()


class OnceSMTPS(OnceSMTP, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = smtplib.SMTP._get_socket(self, host, port, timeout)  # type: ignore[attr-defined]  # as above
        watch(plain)
        return self.context.wrap_socket(plain, server_hostname=self._host)  # type: ignore[attr-defined]  # as above


class OnceBackend(EmailBackend):
    """Django's SMTP with the moment of handing over told to the message."""

    # A OnceSMTP while it is open.
    connection: Any

    @property
    def connection_class(self) -> type[OnceSMTP]:
        return OnceSMTPS if self.use_ssl else OnceSMTP

    def _send(self, message: "Ready") -> bool:
        self.connection.before_end = message.hand_over
        return super()._send(message)  # type: ignore[misc]  # Django's own, which its stubs leave out


class Ready(EmailMessage):
    """A message that was finished when it was queued; its Message-ID stays the same in every try."""

    def __init__(self, raw: bytes, sender: str, recipients: list[str], hand_over: Callable[[], None]) -> None:
        super().__init__(from_email=sender, to=recipients)
        self.raw, self.hand_over = raw, hand_over

    def message(self, **_options: Any) -> Any:
        return self

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\r\n") -> bytes:
        """The bytes as they were queued, whatever the line ends asked for."""
        return self.raw


@app.task(queue="mail", retry=RetryStrategy(max_attempts=12, exponential_wait=3), name="deliver")
def deliver(
    key: str | None = None, raw: str | None = None, sender: str = "", recipients: list[str] | None = None
) -> None:
    """Hands one message to the mail server, once; tried again with growing pauses while the server is away.

    Just before the last byte a row says that the message is being handed over. Where a worker dies between that byte
    and the server's answer nobody can know whether it went out: it is not sent again, and staff find it as unclear.
    A final no (5xx) is not asked again: staff find it as refused, with the reason. raw and what follows: jobs that were
    queued before the text had a row.
    """
    text = base64.b64decode(raw) if raw is not None else None
    mail = book().to_send(key or str(uuid.uuid4()), text, sender, recipients)
    if mail is None:
        return
    try:
        readers = [written(address) for address in mail.recipients]
        message = Ready(bytes(mail.raw), written(mail.sender), readers, mail.begin)
        with Deadline(LETTER_SECONDS):
            get_connection(settings.MAIL_DELIVERY_BACKEND).send_messages([message])
    except Exception as error:
        if mail.refuse(words_of(error), is_final=is_final(error), has_said_no=has_said_no(error)):
            return
        raise
    mail.finish()


def has_said_no(error: Exception) -> bool:
    """Whether the mail server has answered, so that it has not got the message."""
    return isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))


def is_final(error: Exception) -> bool:
    """Whether asking again is of no use: a 5xx about this mail, its sender or its reader.

    A login or a greeting that is refused is about the server, and somebody will mend it.
    """
    if isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return 500 <= error.smtp_code < 600
    return isinstance(error, (smtplib.SMTPNotSupportedError, ValueError))


def words_of(error: Exception) -> str:
    """What the mail server said, for staff."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_words(code, words) for code, words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _words(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
