"""An order and the list of orders on paper: everything is there, nothing is cut, no button."""

import pytest
from playwright.sync_api import expect

from .. import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
# A4 between its margins, in the browser's points.
PAPER = {"viewport": {"width": 718, "height": 1000}}
CUT = """() => [...document.querySelectorAll("main *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > innerWidth + 1;
}).map((node) => node.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("page_of", ["", "order"])
def test_nothing_is_cut_and_no_button_is_printed(page_of, visit, acme, olga):
    order = make.OrderFactory(company=acme, state="fulfilled", net="123456.78", reference="B-" + "7" * 40)
    name = "Zusatzmodul Nebenkostenabrechnungsvorbereitung für Fortgeschrittene"
    make.OrderLineFactory(order=order, name=name, quantity=9999, unit="Stunde", net="123456.78")
    path = f"{order.pk}/" if page_of else ""
    page = visit(olga, f"/kunde/12345/bestellungen/{path}", **PAPER)
    page.emulate_media(media="print")
    expect(page.get_by_text("123.456,78").first).to_be_visible()
    expect(page.locator("main .button:visible")).to_have_count(0)
    assert page.evaluate(CUT) == []
