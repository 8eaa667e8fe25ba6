"""Jobs of the shop and the orders in as few clicks as they need, and the first thing of a list in sight on a phone."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from orders.models import Order
from portal.lib.days import today

from .. import factories as make
from .clicks import Clicks

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture
def article(acme):
    fits = [acme.licences.get().product]
    return make.ArticleFactory(name="E-Rechnung", number="TSA-ER1", fits=fits, list_price=Decimal("249"))


@pytest.fixture
def order(acme, olga, article):
    """A fulfilled order of Olga's of this year, and her consent to the terms in force."""
    terms = make.TermsFactory(valid_from=today().replace(month=1, day=1))
    terms.acceptances.create(company=acme, user=olga, signer_name="Olga Oswald", sha256=terms.sha256)
    order = make.OrderFactory(
        company=acme, ordered_by=olga, number="A1", state="fulfilled", net=249, vat=Decimal("47.31")
    )
    make.OrderLineFactory(
        order=order, article=article, article_number=article.number, name=article.name, unit=article.unit,
        unit_price=249, net=249,
    )  # fmt: skip
    return order


@pytest.fixture
def start(visit, acme, olga, order):
    return Clicks(visit(olga, "/kunde/12345/"))


def tile(page, name):
    return page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name}"))


def test_order_again_takes_three(start):
    page = start.page
    start.press(tile(page, "Bestellungen"))
    start.press(page.get_by_role("button", name="Bestellung A1 erneut bestellen"))
    start.press(page.get_by_role("button", name="Zahlungspflichtig bestellen"))
    expect(page.get_by_text("ist eingegangen.")).to_be_visible()
    assert start.count == 3 and Order.objects.count() == 2


def test_order_by_number_takes_four(start, article):
    page = start.page
    start.press(page.get_by_role("link", name="Suchen", exact=True))
    page.locator("#q").fill(article.number)
    page.locator("#q").press("Enter")
    start.press(page.get_by_role("button", name=re.compile("^E-Rechnung in den Warenkorb")))
    checkout = page.get_by_role("link", name="Zur Kasse")
    expect(checkout).to_be_focused()
    expect(page.locator("#added")).to_have_text(re.compile("„E-Rechnung“ liegt jetzt im Warenkorb"))
    start.press(checkout)
    start.press(page.get_by_role("button", name="Zahlungspflichtig bestellen"))
    expect(page.get_by_text("ist eingegangen.")).to_be_visible()
    assert start.count == 4 and Order.objects.count() == 2


def test_what_last_year_cost_takes_two(start, acme):
    last = timezone.now().year - 1
    make.OrderFactory(company=acme, number="A0", net=Decimal("1234.50"), placed_at=f"{last}-06-01T10:00:00Z")
    page = start.page
    start.press(tile(page, "Bestellungen"))
    start.press(page.get_by_role("link", name=re.compile(f"{last}$")))
    expect(page.locator("#chart-sum")).to_contain_text(f"1.234,50 € netto im Jahr {last}")
    assert start.count == 2


@pytest.mark.parametrize("path, first", [("shop", "E-Rechnung"), ("bestellungen", "E-Rechnung")])
def test_the_first_thing_of_a_list_is_in_sight_on_a_phone(path, first, visit, olga, order):
    page = visit(olga, f"/kunde/12345/{path}/", **PHONE)
    title = page.locator("main .row-title").first
    expect(title).to_have_text(first)
    box = title.bounding_box()
    assert box["y"] + box["height"] <= 740
