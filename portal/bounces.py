"""Mails that other mail servers could not deliver: their reports (RFC 3464), and the mailbox these come to."""

import imaplib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast
from urllib.parse import unquote, urlsplit

from portal.lib.plain import defuse

from .models import MailHandover

log = logging.getLogger("portal.mail")
SECONDS = 30
# IMAP over TLS (RFC 8314).
PORT = 993
# So many reports at a time.
MOST = 200


@dataclass(frozen=True)
class Bounce:
    """message_id: of the mail it is about, without brackets, "" where the report does not say; reason: for staff."""

    message_id: str
    recipient: str
    reason: str


def bounces_in(raw: bytes) -> list[Bounce]:
    """The deliveries that a report gives up for good; none where it is no report, or says "delayed" or "delivered"."""
    message = message_from_bytes(raw, policy=policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    about = _message_id_in(message)
    failed = [part for part in _recipients_in(message) if _field(part, "Action").lower() == "failed"]
    return [Bounce(about, _address(part), _reason(part)) for part in failed]


def _recipients_in(message: EmailMessage) -> Iterator[Message]:
    """The blocks of fields about one recipient each; the first block of a status is about the message (2.1)."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            blocks = part.get_payload()
            yield from (block for block in blocks if isinstance(block, Message) and block["Final-Recipient"])


def _message_id_in(message: EmailMessage) -> str:
    """Of the returned mail or of its headers, whichever is attached (RFC 3462); as text where a server writes it so."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            return _bare(str(inner["Message-ID"] or "")) if isinstance(inner, Message) else ""
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            text = part.get_payload(decode=True) or b""
            return _bare(str(message_from_bytes(cast(bytes, text))["Message-ID"] or ""))
    return ""


def _bare(message_id: str) -> str:
    return message_id.strip().strip("<>")


def _field(block: Message, name: str) -> str:
    return " ".join(str(block[name] or "").split())


def _address(block: Message) -> str:
    """ "rfc822; x@y" without its kind."""
    return _field(block, "Final-Recipient").partition(";")[2].strip().strip("<>").lower()


def _reason(block: Message) -> str:
    said = _field(block, "Diagnostic-Code").partition(";")[2].strip()
    return defuse(said or _field(block, "Status"))[:300]


def note(bounce: Bounce) -> bool:
    """Write it beside its mail. Returns whether there is one; a second report about it changes nothing."""
    if not bounce.message_id:
        return False
    mail = MailHandover.objects.filter(message_id=bounce.message_id).first()
    if mail is None:
        return False
    mail.bounce(bounce.reason)
    return True


def read_mailbox(url: str) -> int:
    """Read the new mails of a mailbox and note what came back; returns how many of ours did.

    url: imaps://user:password@host:port/folder. Each mail is marked as read once it is noted; none is deleted.
    """
    parts = urlsplit(url)
    box = imaplib.IMAP4_SSL(parts.hostname or "", parts.port or PORT, timeout=SECONDS)
    with box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box.select(parts.path.strip("/") or "INBOX")
        return sum(_read(box, number) for number in _new(box))


def _new(box: imaplib.IMAP4) -> list[str]:
    _answer, found = box.uid("search", "UNSEEN")
    return found[0].decode().split()[:MOST] if found and found[0] else []


def _bounces(raw: bytes) -> list[Bounce]:
    """None where the report cannot be read: anybody writes to the mailbox, and one mail must not stop the rest."""
    try:
        return bounces_in(raw)
    except Exception:
        log.warning("A report of the bounce mailbox cannot be read", exc_info=True)
        return []


def _read(box: imaplib.IMAP4, number: str) -> int:
    _answer, parts = box.uid("fetch", number, "(BODY.PEEK[])")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    bounces = _bounces(raw)
    ours = sum(note(bounce) for bounce in bounces)
    if len(bounces) > ours:
        log.warning("%d reports of the bounce mailbox are about no mail of ours", len(bounces) - ours)
    box.uid("store", number, "+FLAGS", "(\\Seen)")
    return ours
