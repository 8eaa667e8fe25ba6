"""One event is one mail to each reader, whatever it did along the way: seats, licences, papers, states."""

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.core import mail
from django.utils import timezone

from access import asking, inviting
from access.acting import Actor
from access.models import Membership
from access.rights import Right
from access.switches import Wish, save_switches
from orders import states, tasks
from orders.approval import decide
from orders.models import Order
from orders.offer import Offer
from orders.placing import place_order, terms_of_sale
from shop.cart import put, read_cart
from shop.models import Article
from shop.trainings import release

from .. import factories as make

pytestmark = pytest.mark.django_db


def heard():
    """{address: number of mails} since it was last asked."""
    found = Counter(address for message in mail.outbox for address in message.to)
    mail.outbox.clear()
    return dict(found)


def member(person):
    return Membership.objects.select_related("company").get(user=person, company__number="12345")


@pytest.fixture
def cart(acme, ben):
    """A licence, a service and two seats of a training in Ben's cart."""
    make.TermsFactory()
    product = acme.licences.get().product
    licence = make.ArticleFactory(kind=Article.Kind.SOFTWARE, fits=[product], grants=make.ProductFactory(number="8000"))
    service = make.ArticleFactory(kind=Article.Kind.SERVICE, fits=[product], unit="Stunde")
    training = make.ArticleFactory(kind=Article.Kind.TRAINING, fits=[product])
    date = make.TrainingDateFactory(article=training)
    for article, more in ((licence, {}), (service, {}), (training, {"date": date, "participants": ["Anna", "Bodo"]})):
        put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 2 if more else 1, **more)
    mail.outbox.clear()


@pytest.fixture
def place(acme, ben, cart):
    """place(limit) is Ben's order of all that."""

    def place(limit=None):
        Membership.objects.filter(user=ben).update(order_limit=limit)
        shown = Offer.of(read_cart(acme, ben), acme, terms_of_sale(), is_put_before=limit is not None)
        return place_order(member(ben), form_key=uuid.uuid4(), shown=shown)

    return place


def confirmed(order):
    tasks.make_confirmation.func(order=str(order.pk))
    return order


def now(order):
    return Order.objects.get(pk=order.pk)


def test_an_order_with_seats_is_told_once(acme, ben, place):
    place()
    assert heard() == {ben.email: 1, acme.email: 1}


def test_an_order_above_the_limit_is_told_once_to_each_who_has_to_do_with_it(acme, olga, ben, place):
    order = place(limit=0)
    assert heard() == {ben.email: 1, olga.email: 1}
    decide(order, member(olga), approves=True, reason="Passt.")
    assert heard() == {ben.email: 1, acme.email: 1}


def test_a_refused_approval_is_told_to_who_ordered_with_who_refused(acme, olga, ben, place):
    order = place(limit=0)
    mail.outbox.clear()
    decide(order, member(olga), approves=False, reason="Kein Budget.")
    assert "Olga Oswald hat Ihre Bestellung" in mail.outbox[0].body and "Kein Budget." in mail.outbox[0].body
    assert heard() == {ben.email: 1}


def test_accepting_delivers_licence_and_seats_in_one_mail(acme, ben, admin, place):
    order = place()
    mail.outbox.clear()
    confirmed(states.accept(order, by=admin))
    assert acme.licences.count() == 2, "the licence was issued with it"
    assert heard() == {ben.email: 1, acme.email: 1}
    states.fulfil(now(order), by=admin)
    assert now(order).state == "fulfilled" and heard() == {ben.email: 1, acme.email: 1}


def test_accepting_a_part_asks_once_and_a_yes_confirms_once(acme, olga, ben, admin, place):
    order = place()
    mail.outbox.clear()
    states.accept(order, by=admin, declined={order.lines.get(kind=Article.Kind.SERVICE).pk: "Kein Termin frei."})
    assert set(heard().values()) == {1}
    confirmed(states.agree(now(order), by=ben))
    assert now(order).state == "fulfilled", "all that was left has been delivered"
    assert heard() == {ben.email: 1, acme.email: 1}


def test_cancelling_gives_seats_back_in_the_same_mail(acme, ben, place):
    order = place()
    mail.outbox.clear()
    states.cancel(order, by=ben)
    assert not acme.training_bookings.taken().exists() and heard() == {ben.email: 1, acme.email: 1}


def test_several_lines_settled_at_once_are_one_mail(acme, ben, admin, place):
    order = confirmed(states.accept(place(), by=admin))
    mail.outbox.clear()
    lines = {line.kind: line.pk for line in order.lines.all()}
    states.settle(
        now(order), by=admin, done=[lines[Article.Kind.SERVICE]], taken_back={lines[Article.Kind.TRAINING]: "Abgesagt."}
    )
    assert heard() == {ben.email: 1, acme.email: 1}


def test_one_seat_given_back_is_told_to_who_did_it_and_to_the_desk(acme, ben, place):
    place()
    mail.outbox.clear()
    release(acme.training_bookings.taken().first(), by=ben)
    assert heard() == {ben.email: 1, "info@domus-software.de": 1}


def test_an_accepted_invitation_is_told_to_who_invited(acme, olga, nils):
    invitation = make_invitation(member(nils), olga)
    mail.outbox.clear()
    inviting.accept(invitation)
    assert heard() == {olga.email: 1}


def make_invitation(membership, by):
    expires = timezone.now() + dt.timedelta(days=7)
    return membership.invitations.create(token_hash="0" * 64, invited_by=by, expires_at=expires)


def test_a_granted_request_is_one_answer_and_not_a_change_of_switches_besides(acme, olga, dora):
    request, _is_new = asking.ask_for(member(dora), Right.SHOP)
    assert heard() == {olga.email: 1}
    asking.answer(Actor.member(member(olga)), request, granted=True)
    assert member(dora).granted >= {Right.SHOP} and heard() == {dora.email: 1}


def test_several_switches_of_one_person_are_one_mail(acme, olga, dora):
    row = member(dora)
    save_switches(
        Actor.member(member(olga)),
        {row.pk: Wish(row.version, frozenset({Right.DOWNLOADS}), on=frozenset({Right.SHOP, Right.CONTRACTS}))},
    )
    assert heard() == {dora.email: 1}


def test_a_document_that_is_filed_sends_nothing(acme):
    make.DocumentFactory(company=acme)
    assert heard() == {}
