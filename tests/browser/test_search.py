"""The one search in a real browser: by keyboard from any page to page 3 of a contract, and without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from contracts.filing import file_document
from contracts.tasks import read_texts

from .. import factories as make
from ..contracts.papers import paper

pytestmark = pytest.mark.django_db(transaction=True)
SPV = ["Softwarepflege", "Umfang", "Die Kündigungsfrist beträgt drei Monate."]


@pytest.fixture
def contract(acme):
    document, _is_new = file_document(acme, number="SPV-1", kind="SPV", title="Softwarepflege", content=paper(*SPV))
    read_texts.func(0)
    return document


def test_from_anywhere_by_keyboard_to_the_page_of_the_contract(contract, acme, olga, visit):
    make.ArticleFactory(name="Kündigungsfristenkalender", fits=[acme.licences.first().product])
    page = visit(olga, "/kunde/12345/support/")
    page.keyboard.press("/")
    field = page.get_by_label("Was Sie suchen")
    expect(field).to_be_focused()
    page.keyboard.type("kündigungsfrist")
    expect(page.locator("#told")).to_contain_text("2 Treffer für „kündigungsfrist“")
    expect(page.get_by_text("Seite 3")).to_be_visible()
    assert page.url.endswith("/suche/?q=k%C3%BCndigungsfrist"), "every state has an address"
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    hit = page.get_by_role("link", name="Softwarepflege")
    expect(hit).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert hit.get_attribute("href").endswith("#page=3")
    with page.expect_request(lambda request: str(contract.pk) in request.url) as asked:
        page.keyboard.press("Enter")
    assert asked.value.url.split("#")[0].endswith(f"/dokumente/{contract.pk}/")


def test_without_script_enter_searches(contract, carla, visit):
    page = visit(carla, "/kunde/12345/", java_script_enabled=False)
    page.get_by_role("link", name="Suchen", exact=True).click()
    page.get_by_label("Was Sie suchen").fill("kündigungsfrist")
    page.get_by_label("Was Sie suchen").press("Enter")
    expect(page.get_by_text("Seite 3")).to_be_visible()


def test_the_slash_is_a_sign_where_something_is_typed(olga, visit):
    page = visit(olga, "/kunde/12345/dokumente/")
    make.DocumentFactory(company=olga.memberships.get().company)
    page.reload()
    page.get_by_label("Titel oder Nummer").click()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Titel oder Nummer")).to_have_value("a/b")
    page.keyboard.press("Control+K")
    expect(page.get_by_label("Was Sie suchen")).to_be_focused()
