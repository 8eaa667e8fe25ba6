"""Every mail has an HTML half that says what its text says."""

import re
from email.header import decode_header, make_header
from html import unescape
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import translation

from portal.lib.letters import BEGIN, END, as_letter, html_of, written

from ..lib.nasty import ALL

TEXT = f"""Guten Tag Erika <b>Größe</b>,

hier geht es weiter:

{BEGIN}https://portal.example/a/?b=1&c=2{END}

Mehr unter {BEGIN}https://www.domus-software.de{END}.
Freundliche Grüße
"""


def words(html):
    body = re.sub(r"<(head|small)>.*?</\1>", "", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_both_halves_say_the_same():
    html = html_of("Betreff", TEXT)
    assert "&lt;b&gt;Größe&lt;/b&gt;" in html, "no markup of anybody's name"
    assert '<a class="button" href="https://portal.example/a/?b=1&amp;c=2">' in html
    assert "https://portal.example/a/?b=1&amp;c=2</small>" in html, "the address can be read before the click"
    assert 'href="https://www.domus-software.de"' in html
    for part in ("Guten Tag Erika <b>Größe</b>,", "hier geht es weiter:", "Freundliche Grüße"):
        assert part in words(html)


def test_headers_attachments_and_readers_stay():
    message = EmailMessage("S", "Text", to=["a@b.example"], bcc=["c@b.example"], headers={"List-Unsubscribe": "<x>"})
    message.attach("AB.pdf", b"%PDF-", "application/pdf")
    letter = as_letter(message).message()
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert letter["List-Unsubscribe"] == "<x>" and "c@b.example" not in letter.as_string()
    assert as_letter(message).recipients() == ["a@b.example", "c@b.example"]


def test_the_language_is_the_reader_s():
    with translation.override("en"):
        html = html_of("S", TEXT)
    assert '<html lang="en">' in html and "Open the link" in html


def test_a_message_that_brings_its_own_stays_as_it_is():
    own = EmailMultiAlternatives("S", "Text", to=["a@b.example"])
    own.attach_alternative("<p>Text</p>", "text/html")
    assert as_letter(own) is own


@pytest.mark.parametrize("text", ALL, ids=ascii)
def test_a_subject_is_one_line_whatever_stands_in_a_name(text):
    message = written("accounts/mail/newsletter_link.txt", f"Zugang zu {text}", {}).message()
    subject = str(make_header(decode_header(message["Subject"])))
    assert subject.startswith("Zugang zu") and len(subject.splitlines()) == 1
    assert [name for name in message if name.lower() in {"bcc", "set-cookie"}] == []


def test_every_mail_of_ours_is_a_letter():
    """The plain classes of Django end a header at a line break, and with it the work of a batch."""
    own = [path for app in apps.get_app_configs() for path in Path(app.path).rglob("*.py")]
    own = [path for path in own if path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts]
    classes = re.compile(r"(?<!def )\b(EmailMessage|EmailMultiAlternatives|mail_admins|(?<!\.)send_mail)\(")
    plain = [path for path in own if classes.search(path.read_text())]
    assert {str(path.relative_to(settings.BASE_DIR)) for path in plain} == {"portal/lib/letters.py"}
