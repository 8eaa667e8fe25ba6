"""Totals and states under random orders (Hypothesis), and two hundred identical posts at once."""

import uuid
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Order
from orders.offer import Offer
from orders.placing import place_order, terms_of_sale
from orders.states import STEPS, OrderRefused, accept, agree, cancel, cancel_line, fulfil, line_done, withdraw
from shop.cart import put, read_cart
from shop.models import Article
from shop.prices import rounded, sums_of

from .. import factories as make
from ..threads import at_once

CENT = Decimal("0.01")
PRICE = st.decimals(0, 99_999, places=2, allow_nan=False, allow_infinity=False)
LINES = st.lists(st.tuples(PRICE, st.integers(1, 999), st.sampled_from(["0.0", "7.0", "16.0", "19.0"])), max_size=12)


@given(LINES)
def test_the_totals_of_any_lines(lines):
    """Net is the sum of its lines; VAT is rounded half up once per rate; nothing depends on the order of the lines."""
    pairs = [(rounded(price * quantity), Decimal(rate)) for price, quantity, rate in lines]
    sums = sums_of(pairs)
    assert sums.net == sum((net for net, _rate in pairs), Decimal(0))
    for rate, vat in sums.vat:
        base = sum((net for net, at in pairs if at == rate), Decimal(0))
        assert vat == (base * rate / 100).quantize(CENT, ROUND_HALF_UP)
    assert sums.gross == sums.net + sum((vat for _rate, vat in sums.vat), Decimal(0))
    assert sums_of(reversed(pairs)) == sums


NAMES = ["accept", "decline", "agree", "withdraw", "done", "take back", "fulfil", "cancel", "customer"]
ACTS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 3)), max_size=8)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(kinds=st.lists(st.sampled_from("KMDP"), min_size=1, max_size=4), acts=ACTS)
def test_any_sequence_of_acts_keeps_order_lines_and_licences_in_step(kinds, acts):
    company = make.CompanyFactory()
    order = make.OrderFactory(company=company, number=uuid.uuid4().hex[:12])
    product = make.ProductFactory(number="8000", name="DOMUS CRM")
    for position, kind in enumerate(kinds, 1):
        article = make.ArticleFactory(kind=kind, grants=product if kind in "KM" else None, period_months=6)
        make.OrderLineFactory(order=order, article=article, kind=kind, position=position, quantity=2)
    for act, number in acts:
        line = order.lines.all()[number % len(kinds)]
        try:
            ACT[act](order, line)
        except OrderRefused:
            continue
        finally:
            check(order, company)


ACT = {
    "accept": lambda order, line: accept(order, by=None),
    "decline": lambda order, line: accept(order, by=None, declined={line.pk: "…"}),
    "agree": lambda order, line: agree(order, by=None),
    "withdraw": lambda order, line: withdraw(order, by=None),
    "done": lambda order, line: line_done(line, by=None),
    "take back": lambda order, line: cancel_line(line, by=None, reason="…"),
    "fulfil": lambda order, line: fulfil(order, by=None),
    "cancel": lambda order, line: cancel(order, by=None, reason="…", by_customer=False),
    "customer": lambda order, line: cancel(order, by=None),
}


def check(order, company):
    """Exactly the delivered lines of an order that stands have a licence; the last event is the state."""
    order.refresh_from_db()
    lines = list(order.lines.all())
    stands = order.state in ("accepted", "partly", "fulfilled")
    giving = [line for line in lines if line.kind in "KM" and line.is_delivered]
    assert company.licences.count() == (len(giving) if stands else 0)
    assert stands or not [line for line in lines if line.is_delivered and order.state in ("received", "offered")]
    sums = order.valid_sums
    assert (order.valid_net, order.valid_vat) in {(None, None), (sums.net, sums.vat_sum)}
    assert (order.valid_net is None) == (not any(line.is_declined for line in lines))
    events = list(order.events.all())
    path = ["received", *(event.state for event in events)]
    assert all(then in STEPS[was] for was, then in zip(path, path[1:], strict=False))
    assert order.state == (events[-1].state if events else "received")
    if order.state == "fulfilled":
        assert all(line.state in ("done", "declined") for line in lines)
    if order.state == "accepted":
        assert not any(line.is_declined for line in lines)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_identical_posts_at_once_give_one_order(acme, ben, as_):
    """Edge 66, on a real PostgreSQL, through the page."""
    make.TermsFactory()
    article = make.ArticleFactory(fits=[acme.licences.get().product])
    put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 3)
    url = reverse("order_create", args=[acme.number])
    session = as_(ben)
    form = session.get(url).context["form"]
    sent = {"form_key": form["form_key"].value(), "shown": form["shown"].value(), "accepts_terms": "on"}

    def press():
        client = as_(None)
        client.cookies = session.cookies
        return [client.post(url, sent)["Location"] for _press in range(10)]

    answers = [answer for ten in at_once(*[press] * 20) for answer in ten]
    assert len(answers) == 200 and len(set(answers)) == 1
    assert Order.objects.count() == 1 and Order.objects.get().lines.get().quantity == 3


@pytest.mark.django_db
def test_another_company_s_form_key_gives_nothing_away(acme, ben, elsewhere, mallory):
    make.TermsFactory()
    for company, person in ((acme, ben), (elsewhere, mallory)):
        article = make.ArticleFactory(fits=[company.licences.first().product])
        put(company, person, Article.objects.with_prices(company).get(pk=article.pk), 1)
    key = uuid.uuid4()

    def place(person, number):
        row = person.at[number]
        shown = Offer.of(read_cart(row.company, person), row.company, terms_of_sale())
        return place_order(row, form_key=key, shown=shown)

    mine = place(ben, "12345")
    with pytest.raises(Exception) as caught:
        place(mallory, "66666")
    assert mine.number not in str(caught.value)
    assert not elsewhere.orders.exists()
