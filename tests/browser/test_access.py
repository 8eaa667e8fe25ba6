"""Letting somebody in and out, in two browsers side by side."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from access.models import Membership
from access.rights import Right

from .. import factories as make
from ..threads import until

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/kunde/12345/zugaenge/"
SECRET = "Ein langer Satz für Ina 2026"


def link(message):
    return re.search(r"http://localhost:8000(/einladung/\S+)", message.body)[1]


def switch(page, right, person):
    return page.get_by_role("switch", name=f"{right}: {person}")


def more(page, person):
    """The menu of what can be done with somebody, opened."""
    menu = page.get_by_role("row").filter(has=page.get_by_role("link", name=person, exact=True)).locator("details")
    menu.locator("summary").click()
    return menu


def test_invite_accept_grant_use_and_revoke(visit, olga, live_server):
    """The whole story, with the colleague's browser open all the time."""
    holder = visit(olga, PAGE)
    holder.get_by_role("link", name="Nutzer hinzufügen").click()
    holder.get_by_label("Vorname").fill("Ina")
    holder.get_by_label("Nachname").fill("Imhof")
    holder.get_by_label("E-Mail-Adresse").fill("ina@partner.example")
    expect(holder.get_by_role("switch", checked=True)).to_have_count(0)
    holder.get_by_role("switch", name="Shop & Bestellungen").check()
    holder.get_by_role("button", name="Speichern").click()
    expect(holder.get_by_text("ina@partner.example wurde eingeladen")).to_be_visible()

    guest = visit(None, link(mail.outbox[-1]))
    expect(guest.get_by_text("Shop & Bestellungen")).to_be_visible()
    guest.get_by_label("Ihr neues Passwort").fill(SECRET)
    guest.get_by_role("button", name="Einladung annehmen").click()
    expect(guest.get_by_text("Willkommen")).to_be_visible()
    guest.goto(f"{live_server.url}/kunde/12345/bestellungen/")
    expect(guest.get_by_role("heading", name="Bestellungen", level=1)).to_be_visible()

    # She asks for more from a locked tile; the answer is given on its page.
    guest.goto(f"{live_server.url}/kunde/12345/downloads/")
    guest.get_by_role("button", name="Zugriff anfragen").click()
    expect(guest.get_by_text("Ihre Anfrage ist gesendet.")).to_be_visible()
    holder.goto(f"{live_server.url}{PAGE}")
    holder.get_by_role("link", name="angefragt: die Anfrage von Ina Imhof zu Downloads beantworten").click()
    holder.get_by_label("Ja", exact=True).check()
    holder.get_by_role("button", name="Antworten").click()
    until(lambda: Right.DOWNLOADS in Membership.objects.get(user__email="ina@partner.example").granted)
    guest.goto(f"{live_server.url}/kunde/12345/downloads/")
    expect(guest.get_by_role("heading", name="Downloads", level=1)).to_be_visible()

    # Switched off: gone at her next click.
    switch(holder, "Shop & Bestellungen", "Ina Imhof").uncheck()
    expect(holder.get_by_role("status").filter(has_text="1 Änderung nicht gespeichert")).to_contain_text("nicht mehr")
    holder.get_by_role("button", name="Änderungen speichern").click()
    expect(holder.get_by_text("Shop & Bestellungen entzogen")).to_be_visible()
    guest.goto(f"{live_server.url}/kunde/12345/bestellungen/")
    expect(guest.get_by_role("button", name="Zugriff anfragen")).to_be_visible()

    # Removed: the session ends.
    more(holder, "Ina Imhof").get_by_role("link", name="Ina Imhof entfernen").click()
    holder.get_by_role("button", name="Ina Imhof entfernen").click()
    until(lambda: not Membership.objects.filter(user__email="ina@partner.example").exists())
    guest.goto(f"{live_server.url}/kunde/12345/")
    expect(guest.get_by_text("Zugang")).not_to_have_count(0)
    holder.get_by_role("link", name="Protokoll").click()
    for words in ("Zugang beendet", "entzogen: Shop & Bestellungen", "Einladung angenommen", "eingeladen"):
        expect(holder.get_by_role("listitem").filter(has_text=words).first).to_be_visible()


def test_the_preview_shows_unsaved_switches_and_gives_them_back(visit, olga, ben):
    page = visit(olga, PAGE)
    switch(page, "Downloads", "Ben Bauer").check()
    more(page, "Ben Bauer").get_by_role("button", name="Ansehen: das Portal als Ben Bauer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Das Portal, wie Ben Bauer es sieht")
    tile = page.get_by_role("listitem").filter(has_text="Downloads")
    expect(tile).to_contain_text("neu mit Ihrer Änderung")
    expect(tile).to_contain_text("kann die Programme von 1 Produkt herunterladen")
    page.get_by_role("button", name="Zurück zu den Schaltern").click()
    expect(switch(page, "Downloads", "Ben Bauer")).to_be_checked()
    assert Membership.objects.get(user=ben).granted == {Right.SHOP}, "nothing is saved by looking"
    page.get_by_role("button", name="Änderungen speichern").click()
    until(lambda: Membership.objects.get(user=ben).granted == {Right.SHOP, Right.DOWNLOADS})


def test_leaving_with_unsaved_switches_warns(visit, olga, ben):
    """Edge 42."""
    page = visit(olga, PAGE)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    switch(page, "Downloads", "Ben Bauer").check()
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Prüfung").click(no_wait_after=True)
    assert asked == ["beforeunload"] and page.url.endswith("/zugaenge/")
    expect(switch(page, "Downloads", "Ben Bauer")).to_be_checked()


def test_it_all_works_without_script(visit, olga, ben):
    page = visit(olga, PAGE, java_script_enabled=False)
    page.get_by_role("switch", name="Downloads: Ben Bauer").check()
    more(page, "Ben Bauer").get_by_role("button", name="Ansehen: das Portal als Ben Bauer").click()
    page.get_by_role("button", name="Änderungen speichern").click()
    expect(page.get_by_text("Ben Bauer: Downloads freigeschaltet")).to_be_visible()
    page.get_by_role("link", name="Ben Bauer", exact=True).click()
    page.get_by_role("button", name="Sperren").click()
    expect(page.get_by_text("Ben Bauer ist gesperrt.")).to_be_visible()


def test_the_switches_are_turned_by_keyboard_alone(visit, olga, ben):
    """Edge 86."""
    page = visit(olga, PAGE)
    switch(page, "Downloads", "Ben Bauer").focus()
    page.keyboard.press("Space")
    expect(switch(page, "Downloads", "Ben Bauer")).to_be_checked()
    page.get_by_role("button", name="Änderungen speichern").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Downloads freigeschaltet")).to_be_visible()


def test_the_bar_comes_with_the_first_change_and_lists_them_all(visit, olga, ben, dora):
    page = visit(olga, PAGE)
    bar = page.locator(".save-bar")
    expect(bar).to_be_hidden()
    switch(page, "Downloads", "Ben Bauer").check()
    switch(page, "Shop & Bestellungen", "Dora Dietz").check()
    expect(bar.get_by_role("listitem")).to_have_count(2)
    expect(bar).to_contain_text("Ben Bauer: Downloads an")
    expect(bar).to_contain_text("Dora Dietz: Shop & Bestellungen an")
    expect(page.get_by_text("neu: an")).to_have_count(2)
    bar.get_by_role("link", name="Verwerfen").click()
    expect(bar).to_be_hidden()


LONG = "Maximiliane-Friederike von und zu Hohenstein-Wittgenbach"
INSIDE = """() => {
    const wide = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("main :is(a, button, summary, input, th, td):not(.tabs *)")];
    const cut = out.filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > wide + 1);
    return [document.documentElement.scrollWidth - wide, cut.length];
}"""


def test_long_names_and_an_open_invitation_fit_every_width(visit, olga, acme, nils):
    """Every action stays reachable, and the page never scrolls sideways; at 640 it is 1280 with 200 % zoom."""
    for number in range(20):
        first, last = LONG.rsplit(" ", 1)
        make.MembershipFactory(company=acme, user__first_name=first, user__last_name=f"{last}{number}")
    page = visit(olga, PAGE, viewport={"width": 1180, "height": 800})
    for width in (1180, 1040, 1000, 768, 641, 640, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(INSIDE) == [0, 0], width
    menu = more(page, "Nils Neumann")
    expect(menu.get_by_role("button", name="Einladung an Nils Neumann erneut senden")).to_be_visible()
    expect(menu.get_by_role("link", name="Einladung von Nils Neumann zurückziehen")).to_be_visible()


def test_printed_the_switches_are_words(visit, olga, ben):
    page = visit(olga, PAGE)
    page.emulate_media(media="print")
    row = page.get_by_role("row").filter(has_text="Ben Bauer")
    expect(row.get_by_text("ja", exact=True)).to_have_count(1)
    expect(row.get_by_text("nein", exact=True)).to_have_count(4)
    expect(row.get_by_text("ja", exact=True)).to_be_visible()
