"""Letting somebody in and out, in two browsers side by side."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from access.models import Membership
from access.rights import Right

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/kunde/12345/zugaenge/"
SECRET = "Ein langer Satz für Ina 2026"


def link(message):
    return re.search(r"http://localhost:8000(/einladung/\S+)", message.body)[1]


def switch(page, right, person):
    return page.get_by_role("switch", name=f"{right}: {person}")


def test_invite_accept_grant_use_and_revoke(visit, olga, live_server):
    """The whole story, with the colleague's browser open all the time."""
    holder = visit(olga, PAGE)
    holder.get_by_role("link", name="Nutzer hinzufügen").click()
    holder.get_by_label("Vorname").fill("Ina")
    holder.get_by_label("Nachname").fill("Imhof")
    holder.get_by_label("E-Mail-Adresse").fill("ina@partner.example")
    holder.get_by_label("Shop & Bestellungen").check()
    holder.get_by_role("button", name="Einladung senden").click()
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
    holder.goto(f"{live_server.url}{PAGE}")
    holder.get_by_role("link", name="angefragt: die Anfrage von Ina Imhof zu Downloads beantworten").click()
    holder.get_by_label("Ja", exact=True).check()
    holder.get_by_role("button", name="Antworten").click()
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
    holder.get_by_role("link", name="Ina Imhof entfernen").click()
    holder.get_by_role("button", name="Ina Imhof entfernen").click()
    guest.goto(f"{live_server.url}/kunde/12345/")
    expect(guest.get_by_text("Zugang")).not_to_have_count(0)
    assert not Membership.objects.filter(user__email="ina@partner.example").exists()
    holder.get_by_role("link", name="Protokoll").click()
    for words in ("Zugang beendet", "entzogen: Shop & Bestellungen", "Einladung angenommen", "eingeladen"):
        expect(holder.get_by_role("listitem").filter(has_text=words).first).to_be_visible()


def test_the_preview_shows_unsaved_switches_and_gives_them_back(visit, olga, ben):
    page = visit(olga, PAGE)
    switch(page, "Downloads", "Ben Bauer").check()
    page.get_by_role("button", name="Ansehen: das Portal als Ben Bauer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Das Portal, wie Ben Bauer es sieht")
    tile = page.get_by_role("listitem").filter(has_text="Downloads")
    expect(tile).to_contain_text("neu mit Ihrer Änderung")
    expect(tile).to_contain_text("kann die Programme von 1 Produkt herunterladen")
    page.get_by_role("button", name="Zurück zu den Schaltern").click()
    expect(switch(page, "Downloads", "Ben Bauer")).to_be_checked()
    assert Membership.objects.get(user=ben).granted == {Right.SHOP}, "nothing is saved by looking"
    page.get_by_role("button", name="Änderungen speichern").click()
    assert Membership.objects.get(user=ben).granted == {Right.SHOP, Right.DOWNLOADS}


def test_leaving_with_unsaved_switches_warns(visit, olga, ben):
    """Edge 42."""
    page = visit(olga, PAGE)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    switch(page, "Downloads", "Ben Bauer").check()
    page.get_by_role("link", name="Prüfung").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and page.url.endswith("/zugaenge/")
    expect(switch(page, "Downloads", "Ben Bauer")).to_be_checked()


def test_it_all_works_without_script(visit, olga, ben):
    page = visit(olga, PAGE, java_script_enabled=False)
    page.get_by_role("switch", name="Downloads: Ben Bauer").check()
    page.get_by_role("button", name="Ansehen: das Portal als Ben Bauer").click()
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
