"""The things people come for, each with its clicks, counted from the start page; and what a press of a button says."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from access.asking import ask_for
from access.models import Membership
from access.rights import Right
from contracts.models import Terms

from .. import factories as make
from ..threads import until
from .clicks import Clicks as Counted

pytestmark = pytest.mark.django_db(transaction=True)
START = "/kunde/12345/"


class Clicks(Counted):
    """Presses what a person would, and counts."""

    def tile(self, name):
        self.press(in_main(self.page, name))
        return self

    def link(self, name, **more):
        return self._press("link", name, **more)

    def button(self, name, **more):
        return self._press("button", name, **more)

    def switch(self, name):
        return self._press("switch", name)

    def _press(self, role, name, **more):
        self.press(self.page.get_by_role(role, name=name, **more).first)
        return self


def in_main(page, name):
    return page.get_by_role("main").get_by_role("link", name=name)


def test_let_a_colleague_into_the_shop(visit, olga):
    page = visit(olga, START)
    clicks = Clicks(page).link("Nutzer hinzufügen")
    page.get_by_label("Vorname").fill("Ina")
    page.get_by_label("Nachname").fill("Imhof")
    page.get_by_label("E-Mail-Adresse").fill("ina@partner.example")
    clicks.switch("Shop & Bestellungen").button("Speichern")
    expect(page.get_by_text("ina@partner.example wurde eingeladen")).to_be_visible()
    assert clicks.count == 3


def test_take_a_permission_back(visit, olga, ben):
    page = visit(olga, START)
    clicks = Clicks(page).tile("Zugänge verwalten")
    clicks.switch("Shop & Bestellungen: Ben Bauer").button("Änderungen speichern")
    expect(page.get_by_text("Shop & Bestellungen entzogen")).to_be_visible()
    assert clicks.count == 3


def test_load_the_current_installer(visit, olga, acme):
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    make.ReleaseFileFactory(release=release, title="Handbuch", file_name="Handbuch.pdf")
    make.ReleaseFileFactory(release=release, title="Setup", file_name="Setup.zip")
    page = visit(olga, START)
    clicks = Clicks(page).tile("Downloads")
    with page.expect_download() as loaded:
        clicks.link("Setup 26.1 herunterladen")
    assert loaded.value.suggested_filename == "Setup.zip"
    assert clicks.count == 2


def test_find_the_agreement(visit, olga):
    """By its tile, which is there for good; what waits for a signature is one click away."""
    terms = make.TermsFactory(kind=Terms.Kind.AVV)
    page = visit(olga, START)
    clicks = Clicks(page).tile("Vertragsdokumente").link("AVV", exact=True)
    expect(page.get_by_role("heading", name=terms.title)).to_be_visible()
    assert clicks.count == 2
    page.goto(page.url.replace("/dokumente/avv/", "/"))
    clicks = Clicks(page).tile("Lesen und abschließen")
    expect(page.get_by_role("heading", name=terms.title)).to_be_visible()
    assert clicks.count == 1


def test_change_the_phone_number(visit, olga):
    page = visit(olga, START)
    clicks = Clicks(page).tile("Mein Konto").link("Telefonnummer hinzufügen")
    expect(page.get_by_label("Telefon", exact=False).first).to_be_visible()
    page.locator("#id_phone").fill("089 123456")
    clicks.button("Speichern")
    expect(page.get_by_text("Ihre Angaben wurden gespeichert")).to_be_visible()
    assert clicks.count == 3


def test_change_the_mail_address(visit, olga):
    """Four clicks, the link in the mail among them."""
    EmailAddress.objects.create(user=olga, email=olga.email, verified=True, primary=True)
    page = visit(None, reverse("account_login"))
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill(olga.email)
    page.get_by_label("Passwort").fill(make.PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    clicks = Clicks(page).tile("Mein Konto").link("E-Mail-Adresse ändern")
    expect(page.get_by_role("link", name="Mein Konto")).to_be_visible()
    page.locator("#id_email").fill("neu@firma.example")
    clicks.button("E-Mail-Adresse ändern")
    expect(page.get_by_text("neu@firma.example").first).to_be_visible()
    # And the one on the link in the mail.
    assert clicks.count + 1 == 4
    until(lambda: mail.outbox and mail.outbox[-1].to == ["neu@firma.example"])


def test_answer_a_request(visit, olga, dora):
    ask_for(dora.at["12345"], Right.SHOP)
    page = visit(olga, START)
    clicks = Clicks(page).button("Freischalten: Shop & Bestellungen für Dora Dietz")
    assert clicks.count == 1
    expect(page.get_by_text("Dora Dietz hat jetzt Shop & Bestellungen.")).to_be_visible()
    # What happened has the focus, and can be undone.
    expect(page.locator(".messages .notice")).to_be_focused()
    Clicks(page).button("Rückgängig: Shop & Bestellungen für Dora Dietz")
    expect(page.get_by_text("Dora Dietz bittet um Shop & Bestellungen.")).to_be_visible()
    assert Right.SHOP not in Membership.of(dora.at["12345"]).granted


def test_ask_for_a_permission(visit, dora):
    page = visit(dora, START)
    clicks = Clicks(page).tile(re.compile("^Shop")).button("Zugriff anfragen")
    expect(page.get_by_text("Ihre Anfrage ist gesendet.")).to_be_visible()
    assert clicks.count == 2


def test_a_pressed_button_says_that_it_is_busy_and_keeps_its_width(visit, olga):
    page = visit(olga, reverse("person_edit", args=["12345"]))
    button = page.get_by_role("button", name="Speichern")
    width = button.bounding_box()["width"]
    # An answer without a page: the browser stays where it is, as it does while it waits.
    page.route("**/person/", lambda route: route.fulfill(status=204))
    button.click(no_wait_after=True)
    expect(button).to_have_attribute("aria-busy", "true")
    assert button.bounding_box()["width"] == width


def test_typed_text_is_not_lost_without_a_question(visit, olga):
    page = visit(olga, reverse("person_edit", args=["12345"]))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#id_phone").fill("089 1")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Mein Konto").click(no_wait_after=True)
    expect(page.locator("#id_phone")).to_have_value("089 1")
    assert asked == ["beforeunload"]


def test_ticked_documents_are_counted_where_the_zip_is_loaded(visit, carla, acme):
    for number in range(2):
        make.DocumentFactory(company=acme, number=f"AB-{number}", dated_on=dt.date(2026, 1, 1))
    page = visit(carla, reverse("document_list", args=["12345"]))
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox").first.check()
    expect(bar).to_contain_text("1 Dokument ausgewählt")
    bar.get_by_role("button", name="Alle auf dieser Seite auswählen").click()
    expect(bar).to_contain_text("2 Dokumente ausgewählt")
    expect(page.get_by_role("checkbox").first).to_be_focused()
