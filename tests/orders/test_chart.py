"""Sums over the list: by year, by month of one, following the filter."""

from decimal import Decimal

import pytest
from django.urls import reverse

from orders.chart import chart_of
from orders.models import Order

from .. import factories as make
from ..look.pages import tree_of


def chart(company, person, **asked):
    return chart_of(company.orders.with_group(person, may_approve=True).sums_by_month(), **asked)


def test_sums_by_year_are_berlin_s_and_without_what_was_cancelled(acme, olga):
    """Edges 75, 78."""
    make.OrderFactory(company=acme, net=100, placed_at="2024-12-31T23:30:00Z")
    make.OrderFactory(company=acme, net=50, placed_at="2024-06-01T10:00:00Z")
    make.OrderFactory(company=acme, net=999, placed_at="2024-06-01T10:00:00Z", state=Order.State.CANCELLED)
    drawn = chart(acme, olga)
    assert [(bar.name, bar.net, bar.ordered, bar.count, bar.height) for bar in drawn.bars] == [
        ("2024", 50, 50, 1, 50), ("2025", 100, 100, 1, 100)
    ]  # fmt: skip
    assert drawn.whole.net == 150 and drawn.years == [2025, 2024]
    assert drawn.counts == {"work": 2, "cancelled": 1}


def test_of_a_year_the_months_are_drawn_and_what_waits_is_marked(acme, olga, ben):
    make.OrderFactory(company=acme, net=100, placed_at="2025-03-01T10:00:00Z")
    make.OrderFactory(company=acme, ordered_by=ben, net=50, placed_at="2025-03-02T10:00:00Z", state="waiting")
    make.OrderFactory(company=acme, net=70, placed_at="2024-03-02T10:00:00Z")
    drawn = chart(acme, olga, year=2025)
    march = drawn.bars[2]
    assert len(drawn.bars) == 12 and (march.net, march.waiting, march.height) == (150, 50, 100)
    assert (drawn.whole.net, drawn.whole.waiting) == (150, 50)
    assert drawn.counts["asks"] == 1
    assert chart(acme, olga, state="asks").whole.net == 50


def test_nothing_to_draw(acme, olga):
    drawn = chart(acme, olga, year=2025)
    assert drawn.whole.net == 0 and {bar.height for bar in drawn.bars} == {0}


@pytest.mark.parametrize(
    "query, whole",
    [({}, "600,00"), ({"year": "2025"}, "300,00"), ({"q": "B-7"}, "200,00"), ({"state": "fulfilled"}, "100,00")],
)
def test_the_sum_above_the_list_follows_the_filter(query, whole, acme, olga, as_):
    make.OrderFactory(company=acme, net=Decimal(100), placed_at="2025-06-01T10:00:00Z", state="fulfilled")
    make.OrderFactory(company=acme, net=Decimal(200), placed_at="2025-07-01T10:00:00Z", reference="B-7")
    make.OrderFactory(company=acme, net=Decimal(300), placed_at="2024-07-01T10:00:00Z")
    html = as_(olga).get(reverse("order_list", args=[acme.number]), query).content.decode()
    (figure,) = tree_of(html)[0].xpath("//*[@id='chart-sum']")
    assert whole in figure.text


def test_what_is_asked_stands_as_chips_that_can_be_taken_off(acme, olga, as_):
    make.OrderFactory(company=acme, placed_at="2025-06-01T10:00:00Z", reference="B-7")
    asked = {"year": "2025", "q": "B-7", "since": "2025-01-01", "state": "received", "page": "1"}
    html = as_(olga).get(reverse("order_list", args=[acme.number]), asked).content.decode()
    chips = tree_of(html)[0].xpath("//a[@class='pick' and @aria-current]")
    said = {" ".join("".join(chip.itertext()).split()): chip.get("href") for chip in chips}
    assert said["2025 entfernen"] == "?q=B-7&since=2025-01-01&state=received"
    assert set(said) == {
        "„B-7“ entfernen",
        "2025 entfernen",
        "ab 01.01.2025 entfernen",
        "bei uns eingegangen entfernen",
    }


def test_menus_of_the_list_apply_themselves_and_have_a_button(acme, olga, as_):
    make.OrderFactory(company=acme)
    html = as_(olga).get(reverse("order_list", args=[acme.number])).content.decode()
    (form,) = tree_of(html)[0].xpath("//form[@role='search']")
    named = form.xpath(".//*[@data-apply]/@name")
    assert set(named) == {"state", "year", "mine"}
    assert form.xpath("normalize-space(.//details//button)") == "Anwenden"
    assert not form.xpath(".//details[@open]"), "folded until used"
