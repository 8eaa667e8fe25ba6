"""An order for a customer: chosen orderer, their limits, prices of the company, both names wherever it stands, once."""

import pytest
from django.core import mail
from django.urls import reverse

from access.models import Membership
from access.rights import Right
from contracts.models import Acceptance
from orders.models import Order
from orders.papers import pdf_of
from shop.cart import lines_of
from shop.trainings import book

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - fixture


@pytest.fixture
def article(acme):
    made = make.ArticleFactory(number="TSA-K10014", name="Zusatzmodul Mahnwesen", fits=[acme.licences.get().product])
    make.PriceFactory(article=made, company=acme, net="399.00")
    make.TermsFactory()
    return made


def url(company):
    return reverse("admin:customer_order", args=[company.pk])


def add(client, company, lines="TSA-K10014; 2"):
    return client.post(url(company), {"act": "add", "lines": lines})


def sent(client, company, person, **more):
    """What a browser would send of the step."""
    form = client.get(url(company)).context["form"]
    shown = {name: form[name].value() or "" for name in ("form_key", "shown")}
    member = person.at[company.number].pk
    return {"act": "place", "orderer": member, "accepts_terms": "on", "reference": "Anruf", **shown, **more}


def test_who_may(client_of, as_, acme, ben):  # noqa: F811
    clients = [client_of(), client_of("Vertrieb"), client_of("Support"), client_of("Katalog"), as_(ben), as_(None)]
    assert [client.get(url(acme)).status_code for client in clients] == [200, 200, 403, 403, 302, 302]
    assert [client.post(url(acme), {"act": "place"}).status_code for client in clients] == [
        422,
        422,
        403,
        403,
        302,
        302,
    ]


def test_an_order_with_both_names_everywhere(client_of, as_, admin, acme, ben, article):  # noqa: F811
    client = client_of()
    assert add(client, acme).status_code == 302
    answer = client.post(url(acme), sent(client, acme, ben))
    assert answer.status_code == 302
    order = Order.objects.get()
    assert (order.ordered_by, order.placed_by, order.net, order.state) == (ben, admin, 798, "received")
    assert order.orderer_told == "Ben Bauer, durch Ada Admin"
    page = as_(ben).get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    assert "Ben Bauer, durch Ada Admin" in page and "Telefonisch bestellt für Ben Bauer" in page
    assert any("Ben Bauer, durch Ada Admin" in letter.body for letter in mail.outbox)
    event = order.events.get()
    assert (event.by, event.by_name) == (admin, "Ada Admin")
    assert Acceptance.objects.get().user == admin and Acceptance.objects.get().signer_name == "Ben Bauer"
    assert not lines_of(acme, admin).exists()


def test_the_paper_names_both(client_of, acme, ben, article):  # noqa: F811
    from io import BytesIO

    from pypdf import PdfReader

    client = client_of()
    add(client, acme)
    client.post(url(acme), sent(client, acme, ben))
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf_of(Order.objects.get()))).pages)
    assert "durch Ada Admin" in " ".join(words.split())


def test_pressing_twice_makes_one_order(client_of, acme, ben, article):  # noqa: F811
    client = client_of()
    add(client, acme)
    form = sent(client, acme, ben)
    assert [client.post(url(acme), form).status_code for _time in range(2)] == [302, 302]
    assert Order.objects.count() == 1


def test_limits_of_the_orderer_apply(client_of, acme, olga, ben, article):  # noqa: F811
    Membership.objects.filter(user=ben).update(order_limit=100)
    client = client_of()
    add(client, acme)
    client.post(url(acme), sent(client, acme, ben))
    assert Order.objects.get().state == Order.State.WAITING
    told = {address for letter in mail.outbox if "Ben Bauer, durch Ada Admin" in letter.body for address in letter.to}
    assert olga.email in told and acme.email not in told, "it has not left the company yet"


def test_only_who_may_order_can_be_the_orderer(client_of, acme, ben, dora, nils, mallory, article):  # noqa: F811
    client = client_of()
    add(client, acme)
    form = sent(client, acme, ben)
    dora.at[acme.number].rights.all()
    foreign = mallory.memberships.get().pk
    for member in (dora.at[acme.number].pk, nils.at[acme.number].pk, foreign, "x", ""):
        assert client.post(url(acme), {**form, "orderer": member}).status_code == 422
    assert client.post(url(acme), {**form, "accepts_terms": ""}).status_code == 422
    assert not Order.objects.exists()
    assert not dora.at[acme.number].may(Right.SHOP)


def test_what_changed_since_is_shown_and_not_ordered(client_of, acme, ben, article):  # noqa: F811
    client = client_of()
    add(client, acme)
    form = sent(client, acme, ben)
    article.prices.update(net="450.00")
    answer = client.post(url(acme), form)
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "450,00" in answer.content.decode() and 'value="Anruf"' in answer.content.decode()


def test_lines_that_do_not_fit_are_told_and_kept(client_of, acme, admin, article):  # noqa: F811
    make.ArticleFactory(number="TSA-K99999", fits=[make.ProductFactory(number="9999")])
    client = client_of()
    answer = add(client, acme, "TSA-K10014; 2\nTSA-K99999; 1")
    page = answer.content.decode()
    assert answer.status_code == 422 and "TSA-K99999" in page
    assert [line.article for line in lines_of(acme, admin)] == [article]
    assert [one.pk for one in client.get(url(acme), {"q": "Mahnwesen"}).context["found"]] == [article.pk]
    line = lines_of(acme, admin).get()
    client.post(url(acme), {"act": "remove", "line": line.pk})
    assert not lines_of(acme, admin).exists()


def test_the_cart_of_the_orderer_stays_as_it_is(client_of, acme, ben, article):  # noqa: F811
    from shop.cart import put
    from shop.models import Article

    put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 1)
    client = client_of()
    add(client, acme)
    client.post(url(acme), sent(client, acme, ben))
    assert [line.quantity for line in lines_of(acme, ben)] == [1]


@pytest.fixture
def date(acme):
    product = acme.licences.get().product
    training = make.ArticleFactory(number="TSA-S1", name="Schulung WEG", kind="S", fits=[product])
    make.TermsFactory()
    return make.TrainingDateFactory(article=training, seats=3, place="München, Raum 2")


def train(client, company, line, names, **more):
    sent = {f"{line.pk}-{name}": value for name, value in {"participants": names, **more}.items()}
    return client.post(url(company), {"act": "train", "line": line.pk, **sent})


def test_a_training_asks_for_its_date_and_who_comes(client_of, acme, admin, ben, date):  # noqa: F811
    client = client_of()
    add(client, acme, "TSA-S1; 1")
    line = lines_of(acme, admin).get()
    step = client.get(url(acme))
    page = step.content.decode()
    assert "München, Raum 2" in page and "bitte einen Termin wählen" in page
    assert not step.context["cart"].orderable
    answer = train(client, acme, line, "Eva Eins")
    assert answer.status_code == 422 and "Bitte wählen Sie einen Termin." in answer.content.decode()
    assert ">\nEva Eins</textarea>" in answer.content.decode()
    assert train(client, acme, line, "Eva Eins\nZoe Zwei", date=date.pk).status_code == 302
    line = lines_of(acme, admin).get()
    assert (line.date, line.quantity) == (date, 2)
    assert train(client, acme, line, "Eva Eins\nZoe Zwei\nDora Drei").status_code == 302
    assert client.post(url(acme), sent(client, acme, ben)).status_code == 302
    ordered = Order.objects.get().lines.get()
    assert ordered.training_date == date and "München, Raum 2\nEva Eins\nZoe Zwei\nDora Drei" in ordered.details
    bookings = date.bookings.taken()
    assert {row.participant for row in bookings} == {"Eva Eins", "Zoe Zwei", "Dora Drei"}
    assert {(row.company, row.booked_by) for row in bookings} == {(acme, ben)}


def test_no_more_seats_than_there_are(client_of, acme, elsewhere, admin, ben, date):  # noqa: F811
    client = client_of()
    add(client, acme, "TSA-S1; 1")
    line = lines_of(acme, admin).get()
    answer = train(client, acme, line, "A A\nB B\nC C\nD D", date=date.pk)
    assert answer.status_code == 422 and "nur 3 Plätze" in answer.content.decode()
    train(client, acme, line, "A A\nB B", date=date.pk)
    form = sent(client, acme, ben)
    book(date, elsewhere, ["X X", "Y Y"], by=None)
    assert client.post(url(acme), form).status_code == 409
    assert not Order.objects.exists() and date.bookings.taken().count() == 2


def test_a_line_that_is_gone_or_anothers_is_told(client_of, acme, admin, ben, date):  # noqa: F811
    from shop.cart import put
    from shop.models import Article

    put(acme, ben, Article.objects.with_prices(acme).get(pk=date.article_id), 1, date=date, participants="Ben Bauer")
    client = client_of()
    answer = train(client, acme, lines_of(acme, ben).get(), "Fremd Person")
    assert answer.status_code == 302 and lines_of(acme, ben).get().participants == "Ben Bauer"
    assert "nicht mehr im Warenkorb" in client.get(url(acme)).content.decode()
    assert client.post(url(acme), {"act": "train", "line": "x"}).status_code == 302
