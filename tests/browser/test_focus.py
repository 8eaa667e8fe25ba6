"""Who acts by keyboard goes on where they are: after each kind of action the focus is on what comes next."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shop.cart import put
from shop.models import Article

from .. import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def focused(page):
    return page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.textContent.trim()")


def test_the_language_begins_at_the_heading(visit, olga):
    page = visit(olga, reverse("account", args=["12345"]))
    page.get_by_role("button", name="English").press("Enter")
    expect(page.get_by_role("heading", level=1, name="My account")).to_be_focused()


def test_a_filter_keeps_the_focus_in_its_field_and_stays_open(visit, olga, acme):
    for name in ("E-Rechnung", "Mahnwesen"):
        make.ArticleFactory(name=name, fits=[acme.licences.get().product])
    page = visit(olga, reverse("article_list", args=["12345"]))
    page.get_by_text("Eingrenzen").click()
    page.get_by_label("Sortierung").focus()
    page.get_by_label("Sortierung").select_option("price")
    page.wait_for_url("**sort=price**")
    expect(page.get_by_label("Sortierung")).to_be_focused()


def test_a_row_that_is_gone_leaves_the_focus_on_what_is_said_of_it(visit, olga, acme):
    for name in ("E-Rechnung", "Mahnwesen"):
        article = make.ArticleFactory(name=name, fits=[acme.licences.get().product])
        put(acme, olga, Article.objects.with_prices(acme).get(pk=article.pk), 1)
    page = visit(olga, reverse("cart_detail", args=["12345"]))
    page.get_by_role("button", name="E-Rechnung entfernen").press("Enter")
    expect(page.get_by_role("button", name="E-Rechnung entfernen")).to_have_count(0)
    assert not focused(page).startswith("BODY")


def test_a_note_leads_back_to_the_place_it_was_made_at(visit, olga, acme):
    product = acme.licences.get().product
    make.ReleaseFactory(product=product, version="26.1")
    page = visit(olga, reverse("product_detail", args=["12345", product.number]))
    page.get_by_label("Ort").fill("Büro")
    page.get_by_label("Installierte Version").fill("26.1")
    page.get_by_role("button", name="Version eintragen").press("Enter")
    expect(page.get_by_role("button", name="Büro entfernen")).to_be_visible()
    assert not focused(page).startswith("BODY")


def test_a_second_press_sends_nothing(visit, olga):
    page = visit(olga, reverse("person_edit", args=["12345"]))
    sent = []
    page.route("**/person/", lambda route: (sent.append(route), route.fulfill(status=204)))
    button = page.get_by_role("button", name="Speichern")
    button.click(no_wait_after=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    button.press("Enter")
    page.get_by_label("Vorname").press("Enter")
    assert len(sent) == 1
