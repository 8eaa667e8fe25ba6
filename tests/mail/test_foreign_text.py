"""No link and no line of a customer's own text in the vendor's mails."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.template.defaulttags import IfNode
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lib.letters import written
from portal.lib.plain import address, as_written, defuse, quoted

ROOT = Path(settings.BASE_DIR) / "templates"
HOSTILE = (
    "Ihr Konto wurde gesperrt. Bitte hier anmelden:\r\n\r\nhttps://evil.example/login\r\n\r\nwww.evil.example "
    "evil.example/x mail@evil.example EVIL\u200b.EXAMPLE \ue000https://evil.example/\ue001 "
    "<a href='//evil.example'>x</a>"
)
# What mail programs turn into links: addresses with a scheme, www., names of hosts, mail addresses.
LINKABLE = re.compile(
    r"[a-z][a-z0-9+.-]*:(?:/?/?)[^\s]|\bwww\.\S|[^\W_](?:[\w-]*[^\W_])?\.[^\W\d_]{2,}|\S@\S|\\\\\S", re.I
)
OURS = [settings.BRAND["info_mail"], settings.BRAND["changes_mail"], settings.BRAND["privacy_url"]]
URL = "https://portal.example/a/"


@given(st.text(max_size=80) | st.from_regex(r"(https?://|www\.|x@)?[a-z]{1,3}\.[a-zé]{2,4}(/[a-z]*)?", fullmatch=True))
@example("https://evil.example/login")
@example("Haus24.de GmbH")
@example("evil。example")
@example("a.\u200bde b\u00ad.de")
@example("http://1.2.3.4/x")
@example("\\\\server\\share")
def test_no_text_becomes_a_link_or_a_second_line(text):
    safe = defuse(text)
    assert not LINKABLE.search(safe.replace(": ", " ")), safe
    assert len(safe.splitlines()) <= 1 and safe.isprintable()
    assert defuse(safe) == safe
    assert all(line.startswith(">") for line in quoted(text).splitlines())


@pytest.mark.parametrize("name", ["Hausverwaltung Sönke & Co. KG", "O’Neil-Müller", "1. FC e.V.", "Nr. 5 – 7/9 (alt)"])
def test_honest_names_stay_as_they_are(name):
    assert defuse(name) == name


def test_an_address_stays_an_address_and_nothing_else_does():
    assert address("erika.muster+x@haus-24.example") == "erika.muster+x@haus-24.example"
    for text in ("www.evil.example/a@b.example", "hier: a@b.example", "a@b.example\nhttps://x.example", ""):
        assert address(text) == defuse(text)
    assert as_written("a\nb\ue000x\ue001") == "a\nbx"


SOURCES = "".join(path.read_text() for path in ROOT.rglob("*.txt"))
# What is no text: moments, and sums.
MOMENTS = {*re.findall(r"(\w+)\|(?:date|clock)\b", SOURCES), "starts_at", "ends_at"} - {"date"}
NUMBERS = {
    "unit_price", "net", "vat", "gross", "order_limit", "order_limit_month", "limit", "month", "once", "monthly",
    "rent", "counted_net", "counted_vat", "counted_gross", "quantity", "minutes", "hours",
}  # fmt: skip
TUPLES = {"compared": 4, "items": 2, "totals": 2}


def some(name, text):
    """What stands behind a name in a template."""
    if name in MOMENTS:
        return timezone.now()
    return 1 if name in NUMBERS else Stranger(text, TUPLES.get(name, 1))


class Stranger:
    """Stands for any row: whatever a template reads from it is what a hostile customer has typed."""

    def __init__(self, text, width=1):
        self.text, self.width = text, width

    def __getattr__(self, name):
        if name.startswith("__") or name in {"do_not_call_in_templates", "alters_data"}:
            raise AttributeError(name)
        return some(name, self.text)

    def __iter__(self):
        return iter([Stranger(self.text, self.width)] * self.width)

    def __len__(self):
        return self.width

    def __str__(self):
        return self.text


def templates():
    """Every text of a mail, ours and those we gave allauth."""
    for pattern in ("*/mail/*.txt", "*/email/*_message.txt"):
        yield from (str(path.relative_to(ROOT)) for path in ROOT.glob(pattern) if not path.name.startswith("base"))


def rendered(name, text):
    """The mail as it were if each word that is not the template's own were somebody's text."""
    words = set(re.findall(r"[a-z_]+", SOURCES)) - {"brand"}
    context = {word: some(word, text) for word in words}
    return written(name, text, context | {word: URL for word in words if word == "url" or word.endswith("_url")})


@pytest.fixture
def every_branch(monkeypatch):
    """{% if %} prints all its branches."""

    def render(self, context):
        if self.origin.name.endswith(".txt"):
            return "\n".join(nodes.render(context) for _condition, nodes in self.conditions_nodelists)
        return whole(self, context)

    whole = IfNode.render
    monkeypatch.setattr(IfNode, "render", render)


# Written by the vendor: notes of a version, the answer to an objection.
VENDOR_S = {"downloads/mail/new_release.txt", "contracts/mail/objection_answered.txt"}


@pytest.mark.parametrize("name", sorted(set(templates()) - VENDOR_S))
def test_no_mail_lends_the_vendor_s_voice(name, every_branch):
    hostile = rendered(name, HOSTILE)
    harmless = rendered(name, "Erika")
    text, html = hostile.body, hostile.alternatives[0].content
    for own in (*OURS, URL):
        text = text.replace(own, "")
    assert "https: //" in hostile.body or "Erika" not in harmless.body, "the names are printed at all"
    assert not LINKABLE.search(re.sub(r": ", " ", text)), LINKABLE.search(re.sub(r": ", " ", text))
    own_lines = [line for line in hostile.body.splitlines() if not line.startswith(">")]
    assert len(own_lines) == len([line for line in harmless.body.splitlines() if not line.startswith(">")])
    hrefs = set(re.findall(r"<[^>]+(?:href|src)=\"([^\"]+)\"", html))
    assert hrefs <= {URL, *OURS, *(f"mailto:{mailbox}" for mailbox in OURS)}
    assert "\n" not in hostile.subject and not LINKABLE.search(hostile.subject.replace(": ", " "))


def test_the_attack_through_an_invitation(acme, olga, as_):
    """The name of who invites goes to any address at all."""
    olga.first_name = "Ihr Konto wurde gesperrt: https://evil.example/login"
    olga.save()
    data = {"email": "victim@anywhere.example", "first_name": "Vera", "last_name": "Victim", "rights": ["use_shop"]}
    as_(olga).post(reverse("invitation_create", args=[acme.number]), data)
    (letter,) = mail.outbox
    assert letter.to == ["victim@anywhere.example"]
    buttons = re.findall(r'class="button" href="([^"]+)"', letter.alternatives[0].content)
    assert len(buttons) == 1 and buttons[0].startswith(f"{settings.PORTAL_URL}/einladung/")
    assert "evil.example" not in letter.body + letter.alternatives[0].content


def test_a_question_keeps_its_lines_as_a_quotation(acme, olga, as_):
    as_(olga).post(reverse("support", args=[acme.number]), {"message": "Erste Zeile\r\nhttps://evil.example/x"})
    letter, receipt = mail.outbox
    assert receipt.to == [olga.email] and "> Erste Zeile\n> https: //evil. example/x" in receipt.body
    assert "> Erste Zeile\n> https: //evil. example/x" in letter.body
    assert letter.reply_to == [olga.email]
