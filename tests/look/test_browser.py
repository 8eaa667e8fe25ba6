"""The frame in a real browser: accessible, narrow, dark, and without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories as make

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
PHONE = {"width": 320, "height": 640}
SCREEN = {"width": 1280, "height": 820}


def path(name, *args):
    return reverse(name, args=["12345", *args])


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found]


def is_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("size, scheme", [(PHONE, "dark"), (SCREEN, "light")], ids=["phone", "screen"])
def test_the_frame_is_accessible(visit, olga, dora, elsewhere, scheme, size):
    make.MembershipFactory(company=elsewhere, user=olga)
    pages = [
        (olga, path("start")),
        (dora, path("start")),
        (dora, path("article_list")),
        (olga, reverse("chooser")),
        (olga, reverse("account_change_password")),
        (olga, "/gibt-es-nicht/"),
        (None, reverse("account_login")),
        (None, reverse("account_reset_password_done")),
    ]
    for person, url in pages:
        page = visit(person, url, viewport=size, color_scheme=scheme)
        if menu := page.query_selector("details.menu > summary"):
            menu.click()
        assert violations(page) == [], url
        assert not is_wider_than_the_window(page), url


def test_a_wrong_password_puts_the_focus_on_the_summary(visit, olga):
    """edge 87: the summary takes the focus and leads to the field; what was typed is kept."""
    page = visit(None, reverse("account_login"))
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill("olga@12345.example")
    page.get_by_label("Passwort", exact=True).fill("falsch")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.get_by_label("Benutzername oder E-Mail-Adresse")).to_have_value("olga@12345.example")
    assert violations(page) == []


def test_escape_closes_your_account_and_gives_the_focus_back(visit, olga):
    page = visit(olga, path("start"))
    page.get_by_text("Ihr Konto", exact=True).click()
    entry = page.locator(".menu-panel").get_by_role("link", name="Downloads")
    entry.focus()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(page.locator("summary:focus")).to_have_count(1)


def test_your_account_works_without_script(visit, olga):
    page = visit(olga, path("start"), java_script_enabled=False)
    page.get_by_text("Ihr Konto", exact=True).click()
    page.locator(".menu-panel").get_by_role("link", name="Support-Modul").click()
    page.wait_for_url("**" + path("support"))
    page.get_by_text("Ihr Konto", exact=True).click()
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**" + reverse("account_login"))


def test_the_save_bar_never_hides_the_switch_in_focus(visit, olga, ben, carla, dora, kim):
    """edge 87, WCAG 2.4.11: going through the switches by keyboard, each one can be seen."""
    page = visit(olga, path("people_list"), viewport={"width": 360, "height": 640})
    seen = 0
    # The bar comes with the first change.
    page.locator('input[role="switch"]:not([disabled])').first.click()
    expect(page.locator(".save-bar")).to_be_visible()
    page.locator('input[role="switch"]').first.focus()
    for _step in range(40):
        place = page.evaluate(
            """() => {
              const focus = document.activeElement;
              if (focus.getAttribute("role") !== "switch") return null;
              const bar = document.querySelector(".save-bar").getBoundingClientRect();
              const box = focus.parentElement.getBoundingClientRect();
              return {top: box.top, bottom: box.bottom, bar: bar.top};
            }"""
        )
        if place:
            seen += 1
            assert place["top"] >= 0, place
            assert place["bottom"] <= place["bar"], place
        page.keyboard.press("Tab")
    assert seen >= 20
