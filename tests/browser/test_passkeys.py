"""Passkeys with a virtual authenticator: added, enough on its own for logging in, removed."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def with_fingerprint(page):
    """From here on the browser has a fingerprint reader of its own."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture
def page(visit, olga):
    """A browser with a fingerprint reader of its own, and somebody in front of it who is not logged in."""
    page = visit(None, reverse("account_login"))
    with_fingerprint(page)
    page.troubles = []
    page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
    return page


def test_a_passkey_is_added_used_and_removed(page, olga, live_server):
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill(olga.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")
    page.goto(live_server.url + reverse("mfa_index"))
    page.get_by_role("link", name="Passkey hinzufügen").click()
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_label("Reicht allein zum Anmelden").check()
    page.get_by_role("button", name="Passkey hinzufügen").click()
    expect(page.get_by_text("Ihrem Konto wurde ein Passkey hinzugefügt.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("button", name="Passkey verwenden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")

    # As the second step after a password.
    page.context.clear_cookies()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill(olga.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", name="Noch ein Schritt")).to_be_visible()
    page.get_by_role("button", name="Passkey verwenden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")

    page.goto(live_server.url + reverse("mfa_list_webauthn"))
    page.get_by_role("link", name="Entfernen").click()
    # The password is asked for again when the proof is old.
    expect(page.get_by_label("Passwort").or_(page.get_by_role("button", name="Passkey entfernen"))).to_be_visible()
    if page.get_by_label("Passwort").count():
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Bestätigen").click()
    page.get_by_role("button", name="Passkey entfernen").click()
    expect(page.get_by_text("Ein Passkey Ihres Kontos wurde entfernt.")).to_be_visible()
    assert not olga.authenticator_set.filter(type="webauthn").exists()
    assert page.troubles == []
