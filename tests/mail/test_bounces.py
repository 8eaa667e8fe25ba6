"""What comes back: reports of other mail servers, read out of a mailbox, beside the mail they are about."""

import uuid

import pytest

from portal import bounces
from portal.bounces import Bounce, bounces_in, note, read_mailbox
from portal.models import MailHandover
from portal.tasks import read_bounces

pytestmark = pytest.mark.django_db
ID = "176.42.portal@kundenportal.example"
HEADERS = f"Message-ID: <{ID}>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nTo: weg@firma.example\r\n"


def report(*blocks, returned="message/rfc822", original=HEADERS + "\r\nGuten Tag\r\n", kind="delivery-status"):
    """A delivery status notification as Postfix and Exchange write them."""
    told = "\r\n".join(f"{block}\r\n" for block in ("Reporting-MTA: dns; mx.firma.example", *blocks))
    return (
        f"From: MAILER-DAEMON@mx.firma.example\r\nTo: info@vendor.example\r\nSubject: Undelivered Mail\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="=b"\r\nMIME-Version: 1.0\r\n\r\n'
        f"--=b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nI'm sorry.\r\n\r\n"
        f"--=b\r\nContent-Type: message/{kind}\r\n\r\n{told}\r\n"
        f"--=b\r\nContent-Type: {returned}\r\n\r\n{original}\r\n--=b--\r\n"
    ).encode()


FAILED = (
    "Final-Recipient: rfc822; weg@firma.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <weg@firma.example>:\r\n    Recipient address rejected"
)
DELAYED = "Final-Recipient: rfc822; b@firma.example\r\nAction: delayed\r\nStatus: 4.4.1\r\nWill-Retry-Until: morgen"
DELIVERED = "Final-Recipient: rfc822;c@firma.example\r\nAction: delivered\r\nStatus: 2.0.0"


@pytest.mark.parametrize(
    "raw",
    [
        report(FAILED),
        report(FAILED, returned="text/rfc822-headers", original=HEADERS),
        report(DELAYED, FAILED, DELIVERED),
        report(FAILED.replace("failed", "Failed").replace("Action", "ACTION")),
    ],
    ids=["whole mail", "headers only", "one of three", "other case"],
)
def test_a_report_names_mail_reader_and_reason(raw):
    (bounce,) = bounces_in(raw)
    assert (bounce.message_id, bounce.recipient) == (ID, "weg@firma.example")
    assert bounce.reason.startswith("550 5.1.1") and "rejected" in bounce.reason


@pytest.mark.parametrize(
    "raw",
    [
        report(DELAYED),
        report(DELIVERED),
        b"Subject: Abwesend\r\nAuto-Submitted: auto-replied\r\n\r\nIch bin im Urlaub.\r\n",
        b"",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nkaputt",
        report("Final-Recipient: rfc822; d@firma.example", kind="disposition-notification"),
    ],
    ids=["delayed", "delivered", "out of office", "empty", "broken", "read receipt"],
)
def test_what_is_no_final_failure_is_none(raw):
    assert bounces_in(raw) == []


def test_a_report_without_the_mail_is_about_none():
    (bounce,) = bounces_in(report(FAILED, returned="text/plain", original="gone"))
    assert bounce.message_id == "" and not note(bounce)


def sent(**more):
    given = {"state": "sent", "recipients": ["weg@firma.example"], "message_id": ID} | more
    return MailHandover.objects.create(key=uuid.uuid4(), **given)


def test_the_mail_stands_as_come_back_and_its_address_as_refused():
    row, other = sent(), sent(message_id="other@kundenportal.example", recipients=["da@firma.example"])
    assert note(Bounce(ID, "weg@firma.example", "550 5.1.1 unknown"))
    assert note(Bounce(ID, "weg@firma.example", "a second report"))
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.reason, other.state) == ("bounced", "550 5.1.1 unknown", "sent")
    assert MailHandover.objects.refused_of(["weg@firma.example", "da@firma.example"]) == {"weg@firma.example"}


class Box:
    """A mailbox on an IMAP server."""

    mails, seen = {}, set()

    def __init__(self, host, port, timeout):
        assert (host, port) == ("mail.vendor.example", 993)

    def __enter__(self):
        return self

    def __exit__(self, *_args):
        pass

    def login(self, user, password):
        assert (user, password) == ("rück@vendor.example", "a/b")

    def select(self, folder):
        assert folder == "Bounces"

    def uid(self, command, *args):
        if command == "search":
            return "OK", [" ".join(set(self.mails) - self.seen).encode()]
        if command == "fetch":
            return "OK", [(b"1 (BODY[]", self.mails[args[0]]), b")"]
        self.seen.add(args[0])
        return "OK", [b""]


URL = "imaps://r%C3%BCck%40vendor.example:a%2Fb@mail.vendor.example/Bounces"


def test_a_mailbox_is_read_once(monkeypatch, settings):
    row = sent()
    monkeypatch.setattr(Box, "mails", {"7": report(FAILED), "8": b"Subject: Werbung\r\n\r\nText"})
    monkeypatch.setattr(Box, "seen", set())
    monkeypatch.setattr(bounces.imaplib, "IMAP4_SSL", Box)
    assert read_mailbox(URL) == 1 and Box.seen == {"7", "8"}
    assert read_mailbox(URL) == 0
    row.refresh_from_db()
    assert row.state == "bounced"


@pytest.mark.parametrize("message_id", ["<>", "<@>", "<a@", "<", "a b <c>"])
def test_a_report_that_cannot_be_read_stops_no_other(monkeypatch, message_id):
    """Anybody writes to the mailbox."""
    row = sent()
    odd = report(FAILED, original=f"Message-ID: {message_id}\r\n\r\nGuten Tag\r\n")
    monkeypatch.setattr(Box, "mails", {"7": odd, "8": report(FAILED)})
    monkeypatch.setattr(Box, "seen", set())
    monkeypatch.setattr(bounces.imaplib, "IMAP4_SSL", Box)
    assert read_mailbox(URL) == 1 and Box.seen == {"7", "8"}
    row.refresh_from_db()
    assert row.state == "bounced"


def test_without_a_mailbox_nothing_is_read(monkeypatch, settings):
    monkeypatch.setattr(bounces.imaplib, "IMAP4_SSL", None)
    settings.BOUNCE_MAILBOX = ""
    read_bounces.func(0)
