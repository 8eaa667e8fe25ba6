"""The shop in a real browser: suggestions by keyboard, without script, accessible, and the admin's own pages."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from access.rights import Right
from shop.lists import add, make_list
from shop.models import Article
from shop.trainings import book

from .. import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
# Style sheets are not loaded once more by script.
UNLOADED = {"preload": False}


@pytest.fixture
def articles(acme):
    product = acme.licences.get().product
    names = {"TSA-K1": "Nebenkostenabrechnung", "TSA-K2": "Heizkostenabrechnung", "TSA-K3": "Schlüsselverwaltung"}
    return [make.ArticleFactory(number=number, name=name, fits=[product]) for number, name in names.items()]


@pytest.fixture
def shop(acme, ben, visit, articles):
    def shop(path="shop/", **options):
        return visit(ben, f"/kunde/{acme.number}/{path}", **options)

    return shop


def search_field(page):
    return page.get_by_role("combobox", name="Artikel, Stichwort oder Nummer")


def options_of(page):
    return page.get_by_role("listbox", name="Vorschläge").get_by_role("option")


def test_suggestions_by_keyboard_alone(shop):
    page = shop()
    field = search_field(page)
    field.focus()
    page.keyboard.type("kostenabr")
    options = options_of(page)
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggestions-said")).to_have_text("2 Vorschläge")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(field).to_have_value("kostenabr")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    name = options.first.inner_text().split("TSA")[0].strip()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_enter_without_a_choice_searches(shop):
    page = shop()
    field = search_field(page)
    field.fill("schluessel")
    expect(options_of(page)).to_have_count(1)
    field.press("Enter")
    expect(page.get_by_text("1 Treffer für „schluessel“")).to_be_visible()
    expect(page.locator("mark")).to_have_text("Schlüsselverwaltung")


def test_a_click_on_a_suggestion_opens_it(shop):
    page = shop()
    search_field(page).fill("nebenk")
    options_of(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nebenkostenabrechnung")


def test_everything_goes_without_script(shop):
    """Edge 62."""
    page = shop(java_script_enabled=False)
    page.get_by_role("searchbox").fill("nebnkosten")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Nebenkosten", exact=True).click()
    expect(page.get_by_text("1 Treffer")).to_be_visible()
    page.get_by_role("button", name="Nebenkostenabrechnung in den Warenkorb").click()
    page.get_by_label("Menge von Nebenkostenabrechnung").fill("7")
    page.get_by_role("button", name="Nebenkostenabrechnung ändern").click()
    expect(page.get_by_label("Menge von Nebenkostenabrechnung")).to_have_value("7")
    page.get_by_role("link", name="Listen").click()
    page.get_by_label("Name der Liste").fill("Monatlich")
    page.get_by_role("button", name="Aus dem Warenkorb anlegen").click()
    expect(page.get_by_label("Menge von Nebenkostenabrechnung")).to_have_value("7")


def test_a_training_from_the_list_to_the_names(acme, shop):
    training = make.ArticleFactory(number="TSA-S1", name="Schulung WEG", kind="S", fits=[acme.licences.get().product])
    make.TrainingDateFactory(article=training, place="München")
    page = shop("shop/?kind=S")
    page.get_by_role("link", name="Termin wählen: Schulung WEG").click()
    page.get_by_label(re.compile("München · 8 Plätze frei")).check()
    page.get_by_label("Teilnehmende, ein Name je Zeile").fill("Anna Arndt\nBodo Beck")
    page.get_by_role("button", name="In den Warenkorb").click()
    expect(page.get_by_label("Teilnehmende für Schulung WEG, eine Person je Zeile")).to_have_value(
        "Anna Arndt\nBodo Beck"
    )
    expect(page.get_by_text("998,00 €").first).to_be_visible()


PAGES = [
    "shop/?view=tiles", "shop/?q=nebnkosten", "shop/?price_from=x", "shop/artikel/TSA-S1/", "shop/schnellbestellung/",
    "shop/listen/", "shop/listen/{kept}/", "shop/schulungen/", "shop/schulungen/{seat}/stornieren/", "shop/warenkorb/",
]  # fmt: skip


@pytest.mark.parametrize("size, scheme", [((1280, 900), "dark"), ((320, 640), "light")])
def test_the_shop_s_pages_break_no_rule_of_axe(acme, ben, shop, articles, size, scheme):
    training = make.ArticleFactory(number="TSA-S1", name="Schulung", kind="S", fits=[acme.licences.get().product])
    date = make.TrainingDateFactory(article=training)
    (seat,) = book(date, acme, ["Anna Arndt"], by=ben)
    kept = make_list(acme, ben, "Monatlich")
    add(kept, articles[0])
    page = shop(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    search_field(page).fill("kosten")
    expect(options_of(page).first).to_be_visible()
    found = [broken["id"] for broken in Axe().run(page, options=UNLOADED).response["violations"]]
    base = page.url.split("shop/")[0]
    for path in PAGES:
        page.goto(base + path.format(kept=kept.pk, seat=seat.pk))
        found += [f"{path}: {broken['id']}" for broken in Axe().run(page, options=UNLOADED).response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{path}: wider than the window"] * wide
    assert found == []


def test_errors_of_the_quick_order_take_the_focus(shop):
    """Edge 87."""
    page = shop("shop/schnellbestellung/")
    page.get_by_label("Artikelnummern und Mengen").fill("TSA-K1;1\nTSA-K9;1")
    page.get_by_role("button", name="In den Warenkorb legen").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.get_by_text("Zeile 2")).to_be_visible()
    page.get_by_role("button", name="Nur die 1 richtige Zeile in den Warenkorb").click()
    expect(page.get_by_text("1 Artikel liegt in Ihrem Warenkorb.")).to_be_visible()
    expect(page.get_by_label("Artikelnummern und Mengen")).to_have_value("TSA-K9;1")


def test_the_admin_s_pages_of_the_shop_keep_the_security_policy(admin, acme, visit, articles, live_server):
    training = make.ArticleFactory(kind=Article.Kind.TRAINING)
    page = visit(admin, "/admin/shop/article/")
    troubles = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    places = [
        "article/", "article/import/", "article/passung/?customer=12345&article=TSA-K1", "article/add/",
        f"article/{training.pk}/change/", "synonym/add/", "miss/", "trainingdate/add/", "vatcheck/add/", "price/add/",
    ]  # fmt: skip
    for place in places:
        page.goto(f"{live_server.url}/admin/shop/{place}")
        expect(page.get_by_role("link", name="DOMUS Verwaltung")).to_be_visible()
    assert troubles == []


def test_a_colleague_finds_the_shared_list(acme, olga, ben, articles, visit):
    make.MembershipFactory(company=acme, rights=[Right.SHOP])
    kept = make_list(acme, ben, "Monatlich")
    add(kept, articles[0], 3)
    kept.is_shared = True
    kept.save()
    page = visit(olga, f"/kunde/{acme.number}/shop/listen/")
    page.get_by_role("link", name="Monatlich").click()
    expect(page.get_by_text("Eine Liste von Ben Bauer; nur diese Person kann sie ändern.")).to_be_visible()
    page.get_by_role("button", name="Alles in den Warenkorb").click()
    expect(page.get_by_label("Menge von Nebenkostenabrechnung")).to_have_value("3")
