"""A person runs their own account in a real browser, reading real mail from a mail server."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from tests import factories as make
from tests.accounts.test_factors import code_of
from tests.factories import PASSWORD
from tests.mail.test_queue import port, post_office, server, text_of, work  # noqa: F401

from ..threads import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailed(server, post_office, live_server):  # noqa: F811
    """mailed(address, part) lets the worker deliver and returns the newest link in that mailbox with part in it."""

    def newest(address, part=""):
        work()
        bodies = [text_of(mail) for mail in server.mails if mail["To"] == address]
        links = [link for body in bodies for link in re.findall(r"https?://\S+?(/\S*)", body) if part in link]
        assert links, f"no mail to {address} with {part}"
        return live_server.url + links[-1]

    return newest


def log_in(page, person, password=PASSWORD):
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill(person.email)
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def test_a_change_of_address_and_its_way_back(visit, ben, mailed, live_server):
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    page = visit(None, reverse("account_login"))
    log_in(page, ben)
    page.get_by_role("link", name="Mein Konto").first.click()
    page.get_by_role("link", name="E-Mail-Adresse ändern").click()
    page.get_by_label("E-Mail").fill("dieb@fremd.example")
    page.get_by_role("button", name="E-Mail-Adresse ändern").click()
    expect(page.get_by_text("Wartet auf Bestätigung")).to_be_visible()

    elsewhere = visit(None, "/")
    elsewhere.goto(mailed("dieb@fremd.example", "confirm-email"))
    elsewhere.get_by_role("button", name="Bestätigen").click()
    until(lambda: User.objects.filter(pk=ben.pk, email="dieb@fremd.example").exists())
    page.goto(live_server.url + "/kunde/12345/konto/")
    expect(page.get_by_role("definition").filter(has_text="dieb@fremd.example")).to_be_visible()

    elsewhere.goto(mailed("ben@12345.example", "/konto/adresse/"))
    elsewhere.get_by_role("button", name="Änderung rückgängig machen").click()
    expect(elsewhere.get_by_role("heading", name="Ihre bisherige Adresse ist wieder hinterlegt")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    elsewhere.goto(mailed("ben@12345.example", "/password/reset/key/"))
    for field in elsewhere.get_by_label(re.compile("Passwort")).all():
        field.fill("Ein-neuer-Satz-17")
    elsewhere.get_by_role("button", name="Passwort speichern").click()
    until(lambda: User.objects.get(pk=ben.pk).check_password("Ein-neuer-Satz-17"))
    log_in(page, ben, "Ein-neuer-Satz-17")
    expect(page.get_by_role("heading", name="Mein Konto")).to_be_visible()


def test_sessions_newsletter_and_own_data(visit, ben, mailed, live_server):
    phone = visit(ben, "/kunde/12345/")
    page = visit(ben, "/kunde/12345/konto/")
    page.get_by_role("link", name="Sitzungen ansehen").click()
    page.get_by_role("button", name="Alle anderen abmelden").click()
    expect(page.get_by_text("1 Sitzung wurde beendet.")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name="Anmelden")).to_be_visible()

    page.goto(live_server.url + reverse("newsletter"))
    page.get_by_role("button", name="Abonnieren").click()
    expect(page.get_by_text("wartet auf Ihre Bestätigung")).to_be_visible()
    phone.goto(mailed(ben.email, "/bestaetigen/"))
    phone.get_by_role("button", name="Ja, abonnieren").click()
    expect(phone.get_by_role("heading", name="Sie erhalten den Newsletter")).to_be_visible()
    phone.goto(mailed(ben.email, "/abmelden/"))
    phone.get_by_role("button", name="Abbestellen").click()
    expect(phone.get_by_text("ist ab sofort nicht mehr auf der Liste")).to_be_visible()

    page.goto(live_server.url + reverse("my_data"))
    page.get_by_role("button", name="Meine Daten zusammenstellen").click()
    expect(page.get_by_text("wird zusammengestellt")).to_be_visible()
    page.goto(mailed(ben.email, "/konto/daten/"))
    page.get_by_role("link", name="Herunterladen").click()
    page.get_by_label("Passwort").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Bestätigen").click()
    assert download.value.suggested_filename == "meine-daten.zip"


def test_a_new_company_name_from_the_form_to_the_register(visit, kim, admin, acme, tmp_path, mailed, live_server):
    paper = tmp_path / "HTML.pdf"
    paper.write_bytes(b"<html>kein PDF</html>")
    page = visit(kim, "/kunde/12345/konto/")
    page.get_by_role("link", name="Änderung melden").click()
    page.get_by_label("Neuer Firmenname").fill("Sonnenhof Immobilien GmbH")
    page.get_by_label("Gültig ab").fill("2026-02-01")
    page.get_by_label("Registerauszug").set_input_files(paper)
    page.get_by_role("button", name="Meldung senden").click()
    expect(page.get_by_role("alert")).to_contain_text("keine lesbare PDF-Datei")
    expect(page.get_by_label("Neuer Firmenname")).to_have_value("Sonnenhof Immobilien GmbH")
    page.get_by_role("button", name="Meldung senden").click()
    expect(page.get_by_text("wird geprüft")).to_be_visible()

    staff = visit(admin, "/admin/")
    staff.goto(mailed("softwarepflege@domus-software.de", "/admin/accounts/namechange/"))
    expect(staff.get_by_role("cell", name="Sonnenhof Immobilien GmbH")).to_be_visible()
    staff.get_by_role("button", name="Annehmen").click()
    page.goto(mailed(kim.email, "/konto/firmierung/"))
    expect(page.get_by_text("angenommen").first).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Sonnenhof Immobilien GmbH")


def test_deletion_is_explained_asked_for_and_carried_out(visit, ben, admin, mailed, live_server):
    page = visit(None, reverse("account_login"))
    log_in(page, ben)
    page.goto(live_server.url + reverse("account_delete"))
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()
    expect(page.get_by_role("heading", name="Was bleibt, wie lange und warum")).to_be_visible()
    page.get_by_role("button", name="Löschung beantragen").click()
    expect(page.get_by_text("liegt uns vor")).to_be_visible()
    staff = visit(admin, "/admin/")
    staff.goto(mailed("info@domus-software.de", "/admin/accounts/deletionrequest/"))
    staff.get_by_role("link", name="Ansehen und entscheiden").click()
    staff.get_by_role("button", name="Annehmen").click()
    page.reload()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    mailed("ben@12345.example", "/datenschutz")


class Landing(BaseHTTPRequestHandler):
    """Another program's address for coming back."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<h1>Willkommen bei HOMECASE</h1>")

    def log_message(self, *args):
        """Nothing is written to the console."""


@pytest.fixture
def homecase():
    landing = HTTPServer(("127.0.0.1", 0), Landing)
    threading.Thread(target=landing.serve_forever, daemon=True).start()
    back = f"http://127.0.0.1:{landing.server_port}/callback"
    client = Client(id="homecase", name="HOMECASE", skip_consent=True, redirect_uris=back)
    client.set_scopes(["openid", "profile", "companies"])
    client.save()
    yield back
    landing.shutdown()
    landing.server_close()


def test_signing_in_elsewhere_under_the_strict_csp(visit, ben, homecase, live_server):
    """The forms of login and consent end at another host: the policy allows that one and no other."""
    query = {"response_type": "code", "client_id": "homecase", "redirect_uri": homecase, "state": "s",
             "scope": "openid profile companies", "code_challenge": create_s256_code_challenge("x" * 48),
             "code_challenge_method": "S256"}  # fmt: skip
    page = visit(None, reverse("idp:oidc:authorization", query=query))
    log_in(page, ben)
    expect(page.get_by_text("die Firmen, für die Sie arbeiten")).to_be_visible()
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading", name="Willkommen bei HOMECASE")).to_be_visible()
    assert "code=" in page.url and "state=s" in page.url
    # The second time the login form itself ends there.
    page.context.clear_cookies()
    page.goto(live_server.url + reverse("idp:oidc:authorization", query=query))
    log_in(page, ben)
    expect(page.get_by_role("heading", name="Willkommen bei HOMECASE")).to_be_visible()


def test_own_details_and_the_company_s_address(visit, olga, acme, live_server):
    """The language counts from the next page; an open order may follow the new address (edge 25)."""
    order = make.OrderFactory(company=acme, ordered_by=olga, address="\n".join(acme.address_lines))
    page = visit(olga, "/kunde/12345/konto/firma/")
    page.get_by_label("Straße").fill("Neue Gasse 2")
    page.get_by_label("nur das Postfach der Firma").check()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_label(order.number)).to_be_checked()
    page.get_by_role("button", name="Für die ausgewählten übernehmen").click()
    expect(page.get_by_text("1 Bestellung erhält die neue Anschrift.")).to_be_visible()
    page.goto(live_server.url + "/kunde/12345/konto/person/")
    page.get_by_label("Durchwahl in dieser Firma").fill("089 66086-23")
    page.get_by_label("Sprache").select_option("en")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_text("089 66086-23")).to_be_visible()


def test_an_authenticator_app_and_a_recovery_code(visit, olga, live_server):
    page = visit(None, reverse("account_login"))
    log_in(page, olga)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")
    page.goto(live_server.url + reverse("mfa_activate_totp"))
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()
    expect(page.locator("img.qr")).to_be_visible()
    secret = page.locator("main code").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="App einrichten").click()
    expect(page.locator(".codes code").first).to_be_visible()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) >= 10

    page.context.clear_cookies()
    page.goto(live_server.url + reverse("account_login"))
    log_in(page, olga)
    expect(page.get_by_role("heading", name="Noch ein Schritt")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")
