"""The mails of login and password: plain text in the reader's language, nothing escaped, nothing missing."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

FOLDER = Path(settings.BASE_DIR) / "templates/account/email"
PREFIXES = sorted(path.name.removesuffix("_subject.txt") for path in FOLDER.glob("*_subject.txt"))
CONTEXT = {
    "brand": {**settings.BRAND, "vendor": "Muster & Söhne"},
    "activate_url": "https://portal.example/?a=1&b=2",
    "password_reset_url": "https://portal.example/?a=1&b=2",
    "from_email": "alt@firma.example",
    "to_email": "neu@firma.example",
    "deleted_email": "alt@firma.example",
    "ip": "192.0.2.1",
    "timestamp": timezone.now(),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_mail_of_the_account(prefix, language):
    with translation.override(language):
        subject = render_to_string(f"account/email/{prefix}_subject.txt", CONTEXT).strip()
        body = render_to_string(f"account/email/{prefix}_message.txt", CONTEXT)
    assert subject
    assert "\n" not in subject
    assert body.startswith("Guten Tag," if language == "de" else "Hello,")
    assert "Muster & Söhne" in body
    assert "&amp;" not in body
    assert "%(" not in body


@pytest.mark.parametrize("prefix", ["email_confirmation", "password_reset_key"])
def test_the_link_stands_alone_on_its_line(prefix):
    body = render_to_string(f"account/email/{prefix}_message.txt", CONTEXT)
    assert "https://portal.example/?a=1&b=2" in body.splitlines()


@pytest.mark.parametrize("prefix", ["password_changed", "password_reset", "email_changed", "email_deleted"])
def test_a_change_says_what_to_do_if_it_was_somebody_else(prefix):
    with translation.override("de"):
        body = render_to_string(f"account/email/{prefix}_message.txt", CONTEXT)
    assert settings.BRAND["info_mail"] in body
    assert "192.0.2.1" in body
