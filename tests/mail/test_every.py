"""Every mail in one hand: one heading, one greeting, one sign-off, one button at most; and its German word for word."""

import os
import re
from html import unescape
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core import mail
from django.template import engines

from portal.lib.sentences import CATALOGUE

from . import every

ROOT = Path(settings.BASE_DIR) / "templates"
GERMAN = Path(__file__).parent / "german"
GREETINGS = {"de": "Guten Tag", "en": "Hello"}
PARTINGS = {"de": "Freundliche Grüße", "en": "Kind regards"}
# They read German whoever acts.
MAILBOXES = {settings.BRAND["info_mail"], settings.BRAND["changes_mail"], settings.ERP_ALARM_MAIL, "timo@it.example"}
URL = re.compile(r"https?://\S+")


def texts_of(html):
    """What is read of a page, tag by tag."""
    body = re.sub(r"<(head|style)\b.*?</\1>", "", html, flags=re.S)
    return [" ".join(unescape(text).split()) for text in re.split(r"<[^>]+>", body) if text.strip()]


@pytest.mark.parametrize("name", every.SENDERS)
def test_a_mail(cast, name):
    """Its German word for word, in tests/mail/german. After a change: WRITE_GERMAN=1, and read what git shows."""
    for message in every.sent(name, cast, "en"):
        assert_one_hand(message, "de" if {cast.company.email, *MAILBOXES} & set(message.to) else "en")
    mail.outbox.clear()
    letters = sorted(every.sent(name, cast), key=lambda message: message.to)
    for message in letters:
        assert_one_hand(message, "de")
        assert_same_halves(message)
    found = "\n\n----\n\n".join(every.told(message).strip() for message in letters) + "\n"
    file = GERMAN / f"{name.replace(' ', '_')}.txt"
    if os.environ.get("WRITE_GERMAN"):
        file.write_text(found)
    assert found == file.read_text()


def assert_one_hand(message, language):
    text, html = message.body, message.alternatives[0].content
    lines = text.splitlines()
    assert lines[0].startswith(GREETINGS[language]) and lines[0].endswith(",")
    assert sum(line.startswith(GREETINGS[language]) for line in lines) == 1
    assert lines.count(PARTINGS[language]) == 1
    assert "Musterstadt HRB" in lines[-1], "the details of business letters are the last line"
    assert "<" not in text, "something of the code's is printed"
    assert "\n\n\n" not in text and not re.search(r"[ \t]\n|[\ue000-\uf8ff]", text)
    assert html.count("<h1>") == 1 and message.subject in texts_of(html)
    assert html.count('class="button"') <= 1
    assert not re.search(r">(Open the link|Link öffnen)</a>", html), "a button says what it does"


def assert_same_halves(message):
    # The text half has colons after names, marks of lists and quotations, and rules.
    said = re.sub(r"[>:=-]|\s+", "", "".join(texts_of(message.alternatives[0].content)))
    for line in message.body.splitlines():
        for words in re.split(r" {2,}", line.strip()):
            assert re.sub(r"[>:=-]|\s+", "", words) in said, words


def test_no_english_is_left_in_the_german():
    english = {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgid != entry.msgstr}
    for file in GERMAN.iterdir():
        for line in file.read_text().splitlines():
            assert line.strip() not in english, f"{file.name}: {line}"
            assert not re.search(r"%\(|{{|\b(?:the|your|has|been|you|and)\b", URL.sub("", line)), line


def test_every_template_of_a_mail_is_looked_at(cast, monkeypatch):
    """A new mail joins tests/mail/every.py."""
    drawn, real = set(), engines["django"].engine.find_template
    monkeypatch.setattr(
        engines["django"].engine, "find_template", lambda name, **more: drawn.add(name) or real(name, **more)
    )
    for loader in engines["django"].engine.template_loaders:
        if hasattr(loader, "get_template_cache"):
            loader.reset()
    for name in every.SENDERS:
        every.sent(name, cast)
    files = [*ROOT.glob("*/mail/*.txt"), *ROOT.glob("*/email/*_message.txt")]
    assert {str(file.relative_to(ROOT)) for file in files} - drawn <= {"account/email/base_message.txt"}


def test_no_paper_is_left_of_a_mail_that_is_gone():
    assert {file.stem for file in GERMAN.iterdir()} == {name.replace(" ", "_") for name in every.SENDERS}
