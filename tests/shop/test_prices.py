"""What an article costs: a table of rules, and properties that hold for all sums."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.models import Article
from shop.prices import is_own_price, price_steps, rounded, sums_of, unit_price

from .. import factories as make
from ..days import in_days

YESTERDAY, TODAY, TOMORROW = in_days(-1), in_days(0), in_days(1)


@pytest.fixture
def company(db):
    return make.CompanyFactory()


def priced(company, *rows):
    """An article of 100,00 with price rows, as the company gets it."""
    article = make.ArticleFactory(list_price=Decimal(100))
    for row in rows:
        make.PriceFactory(article=article, **{**row, "net": Decimal(row["net"])})
    return Article.objects.with_prices(company).get(pk=article.pk)


@pytest.mark.parametrize(
    "rows, quantity, price",
    [
        ([], 1, 100),
        ([{"from_quantity": 5, "net": 90}], 4, 100),
        ([{"from_quantity": 5, "net": 90}], 5, 90),
        ([{"from_quantity": 5, "net": 90}, {"from_quantity": 10, "net": 80}], 12, 80),
        ([{"from_quantity": 5, "net": 110}], 5, 100),
        ([{"net": 70, "valid_until": YESTERDAY}], 1, 100),
        ([{"net": 70, "valid_from": TOMORROW}], 1, 100),
        ([{"net": 70, "valid_from": TODAY, "valid_until": TODAY}], 1, 70),
        ([{"net": 0}], 1, 0),
    ],
)
def test_everybody_s_prices(company, rows, quantity, price):
    assert unit_price(priced(company, *rows), quantity) == price


def test_the_company_s_own_price_meets_the_steps_of_all(company):
    article = priced(company, {"company": company, "net": 85}, {"from_quantity": 10, "net": 80})
    assert [unit_price(article, quantity) for quantity in (1, 9, 10)] == [85, 85, 80]
    assert price_steps(article) == [(1, 85), (10, 80)]
    assert is_own_price(article)


def test_another_company_s_price_is_never_seen(company):
    article = priced(company, {"company": make.CompanyFactory(), "net": 1})
    assert unit_price(article) == 100
    assert price_steps(article) == [(1, 100)]
    assert not is_own_price(article)


@pytest.mark.parametrize(
    "amount, cents", [("0.005", "0.01"), ("0.004", "0.00"), ("2.675", "2.68"), ("1.115", "1.12"), ("10", "10.00")]
)
def test_half_a_cent_goes_up(amount, cents):
    assert rounded(Decimal(amount)) == Decimal(cents)


LINES = st.lists(
    st.tuples(
        st.decimals(min_value=0, max_value=100_000, places=2),
        st.sampled_from([Decimal("19"), Decimal("7"), Decimal("0"), Decimal("19.0")]),
    )
)


@given(LINES)
def test_sums_hold(lines):
    sums = sums_of(lines)
    assert sums.net == sum((net for net, _rate in lines), Decimal(0))
    assert sums.gross == sums.net + sums.vat_sum
    rates = [rate for rate, _amount in sums.vat]
    assert rates == sorted(set(rates)), "one line per rate, 19 and 19.0 being one"
    assert all(amount == rounded(amount) for _rate, amount in sums.vat)
    exact = sum((net * rate / 100 for net, rate in lines), Decimal(0))
    assert abs(sums.vat_sum - exact) <= Decimal("0.005") * max(1, len(sums.vat))
