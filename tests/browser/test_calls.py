"""A call, five times: at most two clicks after the search."""

import pytest
from playwright.sync_api import expect

from portal.lib.days import today
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 2


class Desk:
    """Somebody at the telephone, whose clicks are counted from the search on."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def search(self, typed):
        field = self.page.get_by_role("searchbox", name="Alles durchsuchen")
        field.fill(typed)
        field.press("Enter")
        self.clicks = 0
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Hausverwaltung Sonnenhof GmbH")

    def click(self, role, name):
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.clicks += 1
        assert self.clicks <= MOST

    def reads(self, words):
        expect(self.page.get_by_text(words).first).to_be_visible()


def test_five_calls_in_two_clicks_each(visit, admin, acme, olga, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-7", state="accepted")
    make.OrderLineFactory(order=order, name="Zusatzmodul Mahnwesen")
    make.DocumentFactory(company=acme, number="AB-TSA-7")
    make.ArticleFactory(number="TSA-K1", name="ERP-Anbindung", fits=[make.ProductFactory(number="9000", name="ERP")])
    desk = Desk(visit(admin, "/admin/"))

    desk.search("12345")
    desk.reads("Zusatzmodul Mahnwesen")
    desk.reads("angenommen")

    desk.search("12345")
    desk.page.get_by_label("Warum fehlt der Artikel im Shop?").fill("TSA-K1")
    desk.click("button", "Prüfen")
    desk.reads("ERP: keine Lizenz")

    desk.search("12345")
    desk.click("link", "Personen")
    desk.click("link", "Ben Bauer")
    desk.reads("Stand der Anmeldung")

    desk.search("12345")
    desk.page.get_by_label("Wer durfte was? Stand am").fill(today().isoformat())
    desk.click("button", "Zeigen")
    desk.reads(f"Berechtigungen am {today():%d.%m.%Y}")
    expect(desk.page.locator(".entry").filter(has_text="Ben Bauer").first).to_contain_text("Shop & Bestellungen")

    desk.search("12345")
    desk.click("button", "Senden")
    desk.reads("AB-TSA-7 ist noch einmal unterwegs an")
