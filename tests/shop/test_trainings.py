"""Trainings: dates, places and seats; named participants, no overbooking, cancellation until the stated day."""

import datetime as dt
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.states import cancel
from portal.lib.days import today
from portal.lib.refusals import Refused
from shop.cart import read_cart
from shop.models import Booking
from shop.trainings import book, names_in, release

from .. import factories as make
from ..threads import at_once


@pytest.fixture
def training(acme):
    return make.ArticleFactory(number="TSA-S1", name="Schulung WEG", kind="S", fits=[acme.licences.get().product])


@pytest.fixture
def date(training):
    return make.TrainingDateFactory(article=training, seats=3, place="München, Raum 2")


def path(company, name, *args):
    return reverse(name, args=[company.number, *args])


def add(client, company, date, names):
    return client.post(path(company, "cart_add", date.article.number), {"date": date.pk, "participants": names})


def test_list_and_page_show_date_place_and_free_seats(acme, ben, as_, date):
    book(date, acme, ["Anna Arndt"], by=ben)
    client = as_(ben)
    for page in (client.get(path(acme, "article_list")), client.get(path(acme, "article_detail", "TSA-S1"))):
        page = page.content.decode()
        assert "München, Raum 2" in page and "2 Plätze frei" in page
        assert f"{timezone.localtime(date.starts_at):%d.%m.%Y}" in page


def test_the_next_dates_with_free_seats_stand_above_what_is_booked(acme, ben, as_, date):
    for more in ({"is_called_off": True}, {"starts_at": timezone.now() - dt.timedelta(days=1)}):
        make.TrainingDateFactory(article=date.article, place="Augsburg", **more)
    make.TrainingDateFactory(place="Bremen")
    page = as_(ben).get(path(acme, "training_list")).content.decode()
    assert "München, Raum 2" in page and "3 Plätze frei" in page
    assert "Augsburg" not in page, "called off, or over"
    assert "Bremen" not in page, "does not fit the company"
    book(date, acme, ["A", "B", "C"], by=None)
    strip = as_(ben).get(path(acme, "training_list")).content.decode()
    assert "Nächste Termine" not in strip, "nothing is free"


def checkout(client, company):
    """Order what is in the cart; returns the answer."""
    make.TermsFactory()
    page = client.get(path(company, "order_create"))
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    return client.post(path(company, "order_create"), {**sent, "accepts_terms": "on"})


def test_from_the_names_to_the_booked_seats(acme, ben, as_, date):
    client = as_(ben)
    add(client, acme, date, "Anna Arndt\n  Bodo   Beck \n\nAnna Arndt")
    (line,) = read_cart(acme, ben).lines
    assert (line.quantity, line.participants, line.problem) == (2, ["Anna Arndt", "Bodo Beck"], "")
    assert not Booking.objects.exists(), "a cart holds no seats"
    make.TermsFactory()
    page = client.get(path(acme, "order_create")).content.decode()
    assert "München, Raum 2 · Anna Arndt, Bodo Beck" in page, "the checkout shows what will be booked"
    checkout(client, acme)
    order = Order.objects.get()
    assert order.lines.get().quantity == 2
    assert set(Booking.objects.values_list("participant", "order_number")) == {
        ("Anna Arndt", order.number),
        ("Bodo Beck", order.number),
    }
    (message,) = [message for message in mail.outbox if message.to == [ben.email]]
    assert "Anna Arndt, Bodo Beck" in message.body and "München, Raum 2" in message.body
    assert f"Bis zum {date.cancel_until:%d.%m.%Y} können Sie Namen ändern" in message.body
    cancel(order, by=ben)
    assert not Booking.objects.taken().exists(), "a cancelled order frees its seats"


def test_a_date_that_filled_up_meanwhile_is_said_before_ordering(acme, ben, as_, date, elsewhere):
    """Edge 60."""
    client = as_(ben)
    add(client, acme, date, "Anna Arndt\nBodo Beck")
    book(date, elsewhere, ["Xaver", "Yvonne"], by=None)
    (line,) = read_cart(acme, ben).lines
    assert line.problem == "nur 1 Platz ist frei"
    assert "nur 1 Platz ist frei" in client.get(path(acme, "cart_detail")).content.decode()
    client.post(path(acme, "cart_update", line.row.pk), {"participants": "Bodo Beck"})
    (line,) = read_cart(acme, ben).lines
    assert (line.quantity, line.problem) == (1, "")


@pytest.mark.parametrize(
    "names, said",
    [("", "nennen"), ("  \n ", "nennen"), ("A\nB\nC\nD", "nur 3 Plätze sind frei"), ("x" * 6000, "höchstens 5000")],
)
def test_names_that_cannot_be_booked_are_told_beside_the_field(acme, ben, as_, date, names, said):
    response = add(as_(ben), acme, date, names)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page and 'aria-invalid="true"' in page
    assert read_cart(acme, ben).lines == []


@pytest.mark.parametrize("change", [{"is_called_off": True}, {"starts_at": timezone.now() - dt.timedelta(hours=1)}])
def test_dates_that_are_over_or_called_off_are_not_offered(acme, ben, as_, date, change):
    for name, value in change.items():
        setattr(date, name, value)
    date.save()
    client = as_(ben)
    assert "Raum 2" not in client.get(path(acme, "article_detail", "TSA-S1")).content.decode()
    with pytest.raises(Refused):
        book(date, acme, ["Anna"], by=ben)


def test_a_training_with_dates_is_not_ordered_without_one(acme, ben, as_, date):
    response = as_(ben).post(path(acme, "cart_add", "TSA-S1"), {"quantity": 1})
    assert response.url == path(acme, "article_detail", "TSA-S1")
    as_(ben).post(path(acme, "quick_order"), {"lines": "TSA-S1;1"})
    (line,) = read_cart(acme, ben).lines
    assert line.problem == "bitte einen Termin wählen"
    add(as_(ben), acme, date, "Anna Arndt")
    (line,) = read_cart(acme, ben).lines
    assert (line.quantity, line.problem) == (1, ""), "the date takes the place of the line without one"


def test_two_dates_of_one_training_are_ordered_together(acme, ben, as_, date):
    """Each with its own people; the cart keeps them apart."""
    make.TermsFactory()
    later, client = make.TrainingDateFactory(article=date.article), as_(ben)
    add(client, acme, date, "Anna Arndt")
    add(client, acme, later, "Bodo Beck\nCarl Cramer")
    form = client.get(path(acme, "order_create")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(path(acme, "order_create"), {**sent, "accepts_terms": "on"})
    taken = acme.training_bookings.taken().values_list("date", "participant")
    assert sorted(taken) == [(date.pk, "Anna Arndt"), (later.pk, "Bodo Beck"), (later.pk, "Carl Cramer")]
    assert not read_cart(acme, ben).lines


@pytest.mark.parametrize("days, may", [(0, True), (1, True), (-1, False)])
def test_cancelling_until_the_end_of_the_stated_day(acme, ben, as_, date, days, may):
    date.cancel_until = today() + dt.timedelta(days=days)
    date.save()
    (booking,) = book(date, acme, ["Anna Arndt"], by=ben)
    mail.outbox.clear()
    client, url = as_(ben), path(acme, "booking_release", booking.pk)
    client.get(url)
    assert Booking.objects.taken().exists(), "looking is not cancelling"
    page = client.post(url, follow=True).content.decode()
    assert Booking.objects.taken().exists() is not may
    assert ("wurde storniert" if may else "Bitte rufen Sie uns an") in page
    assert len(mail.outbox) == (2 if may else 0), "the vendor and who cancelled are told"
    client.post(url)
    assert len(mail.outbox) == (2 if may else 0), "once"


def test_somebody_else_comes_instead(acme, ben, as_, date):
    (booking,) = book(date, acme, ["Anna Arndt"], by=ben)
    client, url = as_(ben), path(acme, "booking_rename", booking.pk)
    client.post(url, {"participant": " Carl  Conrad "})
    booking.refresh_from_db()
    assert booking.participant == "Carl Conrad"
    assert "Carl Conrad" in client.get(path(acme, "training_list")).content.decode()
    client.post(url, {"participant": ""})
    date.starts_at = timezone.now() - dt.timedelta(hours=1)
    date.save()
    client.post(url, {"participant": "Zu Spät"})
    booking.refresh_from_db()
    assert booking.participant == "Carl Conrad"


def test_a_seat_given_back_is_free_for_others(acme, elsewhere, date):
    seats = book(date, acme, ["A", "B", "C"], by=None)
    with pytest.raises(Refused, match="ausgebucht"):
        book(date, elsewhere, ["X"], by=None)
    release(seats[0], by=None)
    assert book(date, elsewhere, ["X"], by=None)


@pytest.mark.parametrize(
    "text, names", [("", []), ("a\r\nb", ["a", "b"]), ("a\n\n a ", ["a"]), ("x" * 300, ["x" * 200])]
)
def test_names_are_read_line_by_line(text, names):
    assert names_in(text) == names


@pytest.mark.django_db(transaction=True)
def test_the_last_seats_are_never_sold_twice():
    """Twelve buyers at once for five seats: five get one, seven are told."""
    date = make.TrainingDateFactory(seats=5)
    companies = [make.CompanyFactory() for _one in range(12)]
    buy = lambda company: len(book(date, company, ["Erika Muster"], by=None))
    answers = at_once(*[partial(buy, company) for company in companies], refused=Refused)
    assert answers.count(1) == 5
    assert len([answer for answer in answers if "ausgebucht" in str(answer)]) == 7
    assert date.bookings.taken().count() == 5
