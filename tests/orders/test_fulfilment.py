"""What is promised is there, or waits visibly; time given by orders ends where it should, whatever is taken back."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.models import Licence
from orders.models import Grant, Order, OrderLine
from orders.papers import confirmation_of, for_paper
from orders.states import accept, cancel_line, fulfil, line_done
from portal.lib.days import last_day, today
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs
from ..walk.test_papers import words_of

pytestmark = pytest.mark.django_db
Kind = Article.Kind
D = dt.date


@pytest.fixture
def crm():
    return make.ProductFactory(number="8000", name="DOMUS CRM")


@pytest.fixture
def place(acme, ben):
    """place(article, ...) is an order of one line that has been received."""

    def place(article, quantity=1, **more):
        order = make.OrderFactory(company=acme, ordered_by=ben, number=f"TSA-{Order.objects.count() + 1}")
        if article and article.is_rent:
            more = {"period_months": article.months, "periods": 1, **more}
        kind = more.pop("kind", article and article.kind)
        make.OrderLineFactory(order=order, article=article, kind=kind, position=1, quantity=quantity, **more)
        return order

    return place


# --- What cannot be given waits for staff ---


def in_vain(case, crm):
    """(article, what the line says) of something that the portal cannot deliver."""
    cases = {
        "software": lambda: (make.ArticleFactory(kind=Kind.SOFTWARE), "product"),
        "rent": lambda: (make.ArticleFactory(kind=Kind.RENT), "product"),
        "maintenance": lambda: (make.ArticleFactory(kind=Kind.FLAT, grants=crm, period_months=12), "licence"),
        "training": lambda: (make.ArticleFactory(kind=Kind.TRAINING), "date"),
        "gone": lambda: (None, "article"),
    }
    return cases[case]()


@pytest.mark.parametrize("case", ["software", "rent", "maintenance", "training", "gone"])
def test_what_cannot_be_given_waits_and_says_so(place, crm, ben, admin, as_, case):
    article, waits_for = in_vain(case, crm)
    order = place(article, kind=article.kind if article else Kind.SOFTWARE)
    accept(order, by=admin)
    line = order.lines.get()
    assert (line.state, line.waits_for) == ("accepted", waits_for)
    assert Order.objects.get().state == "accepted" and not Grant.objects.exists()
    page = as_(ben).get(reverse("order_detail", args=["12345", order.pk])).content.decode()
    assert "Noch nicht geliefert" in page and str(line.get_waits_for_display()) in page
    staff = as_(admin)
    listed = staff.get(reverse("admin:orders_order_changelist"), {"delivery": "staff"}).content.decode()
    decided = staff.get(reverse("admin:orders_order_decide", args=[order.pk])).content.decode()
    assert order.number in listed and "wartet auf uns" in decided


@pytest.mark.parametrize("case", ["software", "maintenance"])
def test_no_mail_and_no_paper_promises_what_is_not_there(place, crm, case):
    order = place(in_vain(case, crm)[0])
    accept(order, by=None)
    run_jobs("make_confirmation")
    paper = " ".join(words_of(confirmation_of(for_paper(order.pk))).split())
    for text in (mail.outbox[-1].body, paper):
        assert "unter „Downloads“" not in text and "Von uns kommt noch" in text


def test_what_is_there_is_promised(place, crm):
    order = place(make.ArticleFactory(kind=Kind.SOFTWARE, grants=crm))
    accept(order, by=None)
    run_jobs("make_confirmation")
    for text in (mail.outbox[-1].body, " ".join(words_of(confirmation_of(for_paper(order.pk))).split())):
        assert "unter „Downloads“" in text and "Von uns kommt noch" not in text


@pytest.mark.parametrize("finish", [lambda order: line_done(order.lines.get(), by=None), lambda o: fulfil(o, by=None)])
@pytest.mark.parametrize("is_named", [False, True])
def test_staff_finish_it_and_what_became_possible_is_given_then(place, crm, acme, finish, is_named):
    article = make.ArticleFactory(kind=Kind.SOFTWARE)
    order = place(article, quantity=3)
    accept(order, by=None)
    if is_named:
        article.grants = crm
        article.save()
    finish(order)
    line = order.lines.get()
    assert (line.state, line.waits_for, Order.objects.get().state) == ("done", "", "fulfilled")
    assert list(acme.licences.filter(product=crm).values_list("seats", flat=True)) == [3] * is_named


def test_a_line_that_waits_can_be_taken_back(place):
    order = place(make.ArticleFactory(kind=Kind.SOFTWARE))
    accept(order, by=None)
    cancel_line(order.lines.get(), by=None, reason="Irrtum")
    assert (order.lines.get().waits_for, Order.objects.get().state) == ("", "cancelled")
    assert not Order.objects.waiting_for_staff().exists()


def test_a_booked_training_is_delivered(place):
    date = make.TrainingDateFactory()
    accept(place(date.article, training_date=date), by=None)
    assert OrderLine.objects.get().state == "done"


# --- Rent: seats for a time ---


@pytest.mark.parametrize("period, periods, seats", [(12, 1, 1), (1, 3, 5), (6, 4, 2), (None, 2, 1), (1, 1, 9999)])
def test_a_rent_gives_its_seats_for_its_months(place, crm, acme, period, periods, seats):
    article = make.ArticleFactory(kind=Kind.RENT, grants=crm, period_months=period, max_periods=120)
    order = place(article, seats, periods=periods)
    accept(order, by=None)
    licence = acme.licences.get(product=crm)
    end = last_day(licence.starts_on, (period or 12) * periods)
    assert (licence.kind, licence.seats, licence.ends_on) == ("M", seats, end)
    accept(place(article, seats, periods=periods), by=None)
    licence = acme.licences.get(product=crm)
    assert licence.ends_on == last_day(licence.starts_on, 2 * (period or 12) * periods)


def test_what_the_vendor_changes_later_changes_no_order(place, crm, acme):
    """The months are those that were ordered."""
    article = make.ArticleFactory(kind=Kind.RENT, grants=crm, period_months=6)
    order = place(article)
    Article.objects.update(period_months=24)
    accept(order, by=None)
    licence = acme.licences.get(product=crm)
    assert licence.ends_on == last_day(licence.starts_on, 6)


@pytest.mark.parametrize("is_per_seat, months", [(False, 36), (True, 12)])
def test_a_flat_rate_taken_three_times_maintains_three_times_as_long(place, acme, is_per_seat, months):
    """Unless its quantity is seats."""
    mine = acme.licences.get()
    mine.maintenance.all().delete()
    article = make.ArticleFactory(kind=Kind.FLAT, grants=mine.product, period_months=12, is_per_seat=is_per_seat)
    accept(place(article, 3), by=None)
    period = mine.maintenance.get()
    assert period.ends_on == last_day(period.starts_on, months)


# --- Time without lost days ---


def rented_until(place, crm, acme, day, months=1):
    """A rental licence that an order gave, moved to end on a day, and its article."""
    article = make.ArticleFactory(kind=Kind.RENT, grants=crm, period_months=months)
    accept(place(article), by=None)
    licence = acme.licences.get(product=crm)
    Licence.objects.filter(pk=licence.pk).update(ends_on=day)
    return licence, article


def test_a_month_from_the_last_of_january_and_one_more_is_the_last_of_march(place, crm, acme):
    year = today().year + 1
    licence, article = rented_until(place, crm, acme, D(year, 1, 31))
    for _turn in range(2):
        accept(place(article), by=None)
    licence.refresh_from_db()
    assert licence.ends_on == D(year, 3, 31)


SLOW = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}
GIVEN = st.lists(st.integers(1, 14), min_size=1, max_size=5)


@settings(max_examples=25, **SLOW)
@given(
    after=st.integers(1, 800), given_months=GIVEN, order=st.randoms(use_true_random=False), kind=st.sampled_from("MP")
)
def test_extended_from_any_day_and_taken_back_in_any_order(after, given_months, order, kind):
    """One by one is as long as all at once; what is taken back leaves the rest as if it had never been."""
    company, product = make.CompanyFactory(), make.ProductFactory(number="8000")
    end = today() + dt.timedelta(days=after)
    holder, lines = begun(company, product, kind, end), []
    for months in given_months:
        lines.append(given_by_order(company, product, kind, months))
        holder.refresh_from_db()
    assert holder.ends_on == last_day(end + dt.timedelta(days=1), sum(given_months))
    order.shuffle(lines)
    while lines:
        gone = lines.pop()
        cancel_line(gone, by=None, reason="Irrtum")
        holder.refresh_from_db()
        left = sum(line.months or line.article.period_months for line in lines)
        assert holder.ends_on == (last_day(end + dt.timedelta(days=1), left) if left else end)


def begun(company, product, kind, end):
    """A rent that an order gave, or a maintenance, until a day."""
    if kind == Kind.FLAT:
        return make.MaintenanceFactory(licence=make.LicenceFactory(company=company, product=product), ends_on=end)
    given_by_order(company, product, kind, 1)
    company.licences.update(ends_on=end)
    return company.licences.get()


def given_by_order(company, product, kind, months):
    article, _new = Article.objects.get_or_create(
        kind=kind, grants=product, number=f"{kind}{months}", defaults={"list_price": 1, "period_months": months}
    )
    line = make.OrderLineFactory(order=make.OrderFactory(company=company), article=article, kind=kind)
    # Every rent counts as one of the same article, whatever its length.
    if kind == Kind.RENT and (first := Grant.objects.filter(line__order__company=company).first()):
        OrderLine.objects.filter(pk=line.pk).update(article=first.line.article, period_months=months, periods=1)
    accept(line.order, by=None)
    return OrderLine.objects.get(pk=line.pk)
