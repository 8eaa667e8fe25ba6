"""What people do, by the labels they see: every person of the demo behind every tile, and nobody."""

import re

import pytest
from playwright.sync_api import expect

from access.models import Invitation, Membership
from accounts.models import User
from orders.models import Order

from ..threads import until

pytestmark = pytest.mark.django_db(transaction=True)

TILES = ["Mein Konto", "Vertragsdokumente", "Zugänge verwalten", "Downloads", "Support-Modul", "Shop", "Bestellungen"]
OPEN_TO_ALL = {"Mein Konto", "Support-Modul"}
SHOP = {"Shop", "Bestellungen"}

PEOPLE = {
    "DOMUS_12345": ("Guten", set(TILES)),
    "deniz@sonnenhof.example": ("Guten", set(TILES)),
    "ben@sonnenhof.example": ("Guten", OPEN_TO_ALL | SHOP),
    "dora@sonnenhof.example": ("Guten", OPEN_TO_ALL | {"Downloads"}),
    "ivo@it-partner.example": ("Für welche Firma?", OPEN_TO_ALL | {"Downloads"}),
    "domus 20001": ("Guten", set(TILES)),
    "30000": ("Guten", set(TILES)),
}


def test_everybody_of_the_demo_walks_through_all_tiles(demo, log_in):
    for login, (greeting, open_tiles) in PEOPLE.items():
        page = log_in(login)
        expect(page.get_by_role("heading", level=1)).to_contain_text(greeting)
        if greeting == "Für welche Firma?":
            page.get_by_role("link", name="Hausverwaltung Sonnenhof GmbH").click()
        start = page.url
        for tile in TILES:
            page.goto(start)
            link = page.get_by_role("main").get_by_role("link", name=re.compile(f"^{tile}"))
            expect(link).to_have_count(1)
            with page.expect_navigation() as navigation:
                link.click()
            expected = 200 if tile in open_tiles else 403
            assert navigation.value.status == expected, f"{login}: {tile}"
            heading = page.get_by_role("heading", level=1)
            expect(heading).to_contain_text(tile if expected == 200 else "noch nicht freigeschaltet")
            if expected == 403:
                asked = page.get_by_text("angefragt. Die Antwort")
                expect(page.get_by_role("button", name="Zugriff anfragen").or_(asked)).to_be_visible()
                expect(page.get_by_text("Petra Sonntag")).to_be_visible()
        # A refused page is a failed answer to the console; nothing else may have gone wrong.
        assert [said for said in page.troubles if "403" not in said] == []


def test_nobody_sees_the_login_and_nothing_else(demo, live_server, page):
    for path in ("/", "/kunden/", "/kunde/12345/", "/kunde/12345/shop/", "/kunde/00000/", "/admin/"):
        page.goto(live_server.url + path)
        expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
        expect(page.get_by_text("Sonnenhof")).to_have_count(0)


def test_who_was_only_invited_cannot_log_in_yet(demo, log_in):
    page = log_in("nils@sonnenhof.example")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()


def test_ben_finds_orders_and_orders_again(demo, log_in):
    page = log_in("ben@sonnenhof.example")
    page.get_by_role("link", name="Suchen").click()
    page.get_by_label("Was Sie suchen").fill("nebnkosten")
    page.get_by_label("Was Sie suchen").press("Enter")
    page.get_by_role("link", name="Im Shop suchen").click()
    expect(page.get_by_text("ähnliche Artikel")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Nebenkostenabrechnung als Mietlizenz in den")).click()
    expect(page.get_by_role("link", name="Zur Kasse")).to_be_focused()
    page.get_by_role("link", name=re.compile("^Warenkorb")).click()
    page.get_by_label(re.compile("^(Menge|Plätze|Arbeitsplätze) von")).fill("3")
    page.get_by_role("button", name="Ändern").click()
    page.get_by_role("link", name="Zur Kasse").click()
    page.get_by_label("Ihr Bestellzeichen").fill("Büro 7")
    page.get_by_role("button", name="Zahlungspflichtig bestellen").click()
    # The browser itself asks for the consent that is missing.
    assert Order.objects.filter(reference="Büro 7").count() == 0
    page.get_by_label(re.compile("^Ich stimme den AGB")).check()
    page.get_by_role("button", name="Zahlungspflichtig bestellen").click()
    expect(page.get_by_text("ist eingegangen.")).to_be_visible()
    order = Order.objects.get(reference="Büro 7")
    assert order.orderer_name == "Ben Bauer"
    page.go_back()
    page.reload()
    page.get_by_role("button", name="Ihr Konto").or_(page.get_by_text("Ihr Konto").first).click()
    page.get_by_role("link", name="Bestellungen").click()
    page.get_by_role("link", name=order.what).first.click()
    page.get_by_role("link", name="Erneut bestellen").click()
    expect(page.get_by_text("Seitdem hat sich nichts geändert.")).to_be_visible()
    page.get_by_role("button", name="Mit diesen Positionen zur Kasse").click()
    expect(page.get_by_role("heading", name="Prüfen und bestellen")).to_be_visible()
    assert Order.objects.filter(reference="Büro 7").count() == 1
    assert page.troubles == []


def test_petra_turns_a_switch_and_dora_sees_it_at_her_next_click(demo, log_in):
    dora, petra = log_in("dora@sonnenhof.example"), log_in("petra@sonnenhof.example")
    petra.get_by_role("link", name=re.compile("^Zugänge verwalten")).click()
    petra.get_by_role("switch", name="Shop & Bestellungen: Dora Dietz").check()
    expect(petra.get_by_text("1 Änderung nicht gespeichert", exact=True)).to_be_visible()
    petra.get_by_role("button", name="Änderungen speichern").click()
    expect(petra.get_by_role("switch", name="Shop & Bestellungen: Dora Dietz")).to_be_checked()
    dora.get_by_role("link", name=re.compile("^Shop")).click()
    expect(dora.get_by_role("heading", level=1)).to_have_text("Shop")
    petra.get_by_label("Mehr zu Dora Dietz").click()
    petra.get_by_role("link", name="Dora Dietz entfernen").click()
    petra.get_by_role("button", name="Dora Dietz entfernen").click()
    until(lambda: not Membership.objects.filter(company__number="12345", user__email="dora@sonnenhof.example").exists())
    expect(petra.get_by_role("switch", name="Shop & Bestellungen: Dora Dietz")).to_have_count(0)
    dora.reload()
    expect(dora.get_by_role("heading", level=1)).not_to_have_text("Shop")


def test_dora_downloads_what_the_licence_covers(demo, log_in):
    page = log_in("dora@sonnenhof.example")
    page.get_by_role("link", name=re.compile("^Downloads")).click()
    page.get_by_role("link", name="DOMUS 4000", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^DOMUS 4000 Setup .* herunterladen$")).first.click()
    assert download.value.suggested_filename.endswith("-setup.zip")
    assert download.value.path().read_bytes().startswith(b"PK\x03\x04")
    page.locator("summary", has_text="26.1.0").first.click()
    expect(page.get_by_text("Fehler beim Druck der Hausgeldabrechnung")).to_be_visible()


def test_petra_reads_a_document(demo, log_in):
    page = log_in("petra@sonnenhof.example")
    page.get_by_role("link", name=re.compile("^Vertragsdokumente")).click()
    page.get_by_label("Titel oder Nummer").fill("Softwarepflegevertrag")
    page.get_by_role("search").get_by_role("button", name="Suchen").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Softwarepflegevertrag DOMUS 4000 herunterladen").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_nils_accepts_his_invitation(demo, browser, live_server):
    nils = User.objects.get(email="nils@sonnenhof.example")
    petra = User.objects.get(email="petra@sonnenhof.example")
    _invitation, token = Invitation.issue(nils.memberships.get(), by=petra)
    page = browser.new_context(locale="de-DE").new_page()
    page.goto(f"{live_server.url}/einladung/{token}/")
    page.get_by_label("Ihr neues Passwort").fill("kurz")
    page.get_by_role("button", name="Einladung annehmen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Ihr neues Passwort").fill("Ein langer Satz ist leicht zu merken")
    page.get_by_role("button", name="Einladung annehmen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Herr Neumann")
    page.goto(f"{live_server.url}/einladung/{token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dieser Link gilt nicht mehr")


def test_english_for_who_wants_it(demo, log_in):
    page = log_in("petra@sonnenhof.example")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name=re.compile("^Contract documents"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Shop")).click()
    expect(page.get_by_text(re.compile("Prices net, plus VAT."))).to_be_visible()
    expect(page.get_by_text(re.compile("€[0-9]")).first).to_be_visible()


def test_the_admin_keeps_the_security_policy(demo, log_in, live_server):
    """Lists, forms and questions of the admin, in a browser that reports every breach of the policy."""
    page = log_in("admin")
    places = [
        "accounts/company/?q=sonnenhof", "accounts/user/", "access/membership/", "contracts/document/add/",
        "contracts/licence/", "downloads/release/add/", "shop/article/add/", "shop/category/", "orders/order/",
    ]  # fmt: skip
    for place in places:
        page.goto(f"{live_server.url}/admin/{place}")
        expect(page.get_by_role("link", name="DOMUS Verwaltung")).to_be_visible()
    page.goto(f"{live_server.url}/admin/accounts/company/?q=sonnenhof")
    page.get_by_role("link", name="Hausverwaltung Sonnenhof GmbH").click()
    page.get_by_role("link", name="Personen", exact=True).first.click()
    expect(page.get_by_text("Ben Bauer").first).to_be_visible()
    assert page.troubles == []
