"""No order without what the checkout showed: whatever is different by then is said first, and nothing is lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.offer import Offer, changes
from orders.placing import terms_of_sale
from shop.cart import put, read_cart
from shop.models import Article, CartLine, TrainingDate
from shop.trainings import book

from .. import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(acme):
    return acme.licences.get().product


@pytest.fixture
def module(acme, ben, product):
    """In Ben's cart, twice."""
    article = make.ArticleFactory(name="Mahnwesen", fits=[product], list_price=Decimal("100"))
    put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 2)
    return article


@pytest.fixture
def date(product):
    training = make.ArticleFactory(number="TSA-S1", name="Schulung WEG", kind="S", fits=[product])
    return make.TrainingDateFactory(article=training, seats=3)


@pytest.fixture
def with_training(acme, ben, as_, module, date):
    """The module and a seat for Anna in Ben's cart."""
    as_(ben).post(path(acme, "cart_add", date.article.number), {"date": date.pk, "participants": "Anna Arndt"})


def path(company, name, *args):
    return reverse(name, args=[company.number, *args])


def sent_from(client, company, **more):
    """What the form of the checkout that is on screen now would send."""
    form = client.get(path(company, "order_create")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    return {**sent, "accepts_terms": "on", "reference": "B-77", "note": "Bitte bald", **more}


@pytest.fixture
def shown(acme, ben, as_, with_training):
    """(client, what its checkout would send)."""
    make.TermsFactory()
    client = as_(ben)
    return client, sent_from(client, acme)


def press(client, company, sent):
    """The answer to the button; nothing of what was typed may be lost with it."""
    answer = client.post(path(company, "order_create"), sent)
    if answer.status_code == 409:
        page = answer.content.decode()
        assert 'value="B-77"' in page and "Bitte bald" in page
    return answer


def test_what_has_not_changed_is_ordered(shown, acme):
    client, sent = shown
    assert press(client, acme, sent).status_code == 302
    assert [line.name for line in Order.objects.get().lines.all()] == ["Mahnwesen", "Schulung WEG"]


def test_a_date_sold_out_meanwhile_is_never_left_out_in_silence(shown, acme, elsewhere, ben, date):
    client, sent = shown
    book(date, elsewhere, ["X", "Y", "Z"], by=ben)
    answer = press(client, acme, sent)
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "„Schulung WEG“: dieser Termin ist ausgebucht" in answer.content.decode()
    again = {**sent, "shown": answer.context["form"]["shown"].value()}
    assert press(client, acme, again).status_code == 302, "now it was on screen"
    assert [line.name for line in Order.objects.get().lines.all()] == ["Mahnwesen"]
    assert CartLine.objects.filter(date=date).exists(), "what was not ordered stays in the cart"


def test_names_and_date_changed_in_another_tab_are_not_ordered_unseen(shown, acme, date):
    client, sent = shown
    later = make.TrainingDateFactory(article=date.article, seats=3, place="Köln")
    CartLine.objects.filter(date=date).update(participants="Ganz Wer Anders", date=later)
    answer = press(client, acme, sent)
    assert answer.status_code == 409 and not Order.objects.exists()
    page = answer.content.decode()
    assert "„Schulung WEG“, Teilnehmende: Ganz Wer Anders statt Anna Arndt" in page
    assert "„Schulung WEG“, Ort: Köln statt online" in page


def change_terms(**_rows):
    make.TermsFactory(number="T-neu", valid_from=dt.date(2026, 2, 1), content=b"%PDF-1.7 anders")


def take_line(rows):
    CartLine.objects.filter(article=rows["module"]).delete()


CHANGES = {
    "price": (lambda r: Article.objects.filter(pk=r["module"].pk).update(list_price=90), "90,00\xa0€ statt 100,00"),
    "name": (lambda r: Article.objects.filter(pk=r["module"].pk).update(name="Mahnen"), "Mahnen statt Mahnwesen"),
    "unit": (lambda r: Article.objects.filter(pk=r["module"].pk).update(unit="Jahr"), "Einheit: Jahr statt"),
    "number": (lambda r: Article.objects.filter(pk=r["module"].pk).update(number="N-2"), "Nummer: N-2 statt"),
    "vat": (lambda r: Article.objects.filter(pk=r["module"].pk).update(vat_rate=7), "MwSt.: 7\xa0% statt 19\xa0%"),
    "withdrawn": (lambda r: Article.objects.filter(pk=r["module"].pk).update(is_active=False), "wird nicht mehr ver"),
    "no fit": (lambda r: r["module"].fits.clear(), "kann Ihre Firma nicht mehr bestellen"),
    "quantity": (lambda r: CartLine.objects.filter(article=r["module"]).update(quantity=3), "Menge: 3 statt 2"),
    "taken out": (take_line, "„Mahnwesen“ liegt nicht mehr in Ihrem Warenkorb"),
    "moved": (
        lambda r: TrainingDate.objects.update(
            starts_at=timezone.now() + dt.timedelta(days=60), ends_at=timezone.now() + dt.timedelta(days=61)
        ),
        "„Schulung WEG“, Datum: ",
    ),
    "place": (lambda r: TrainingDate.objects.update(place="Köln"), "Ort: Köln statt online"),
    "called off": (lambda r: TrainingDate.objects.update(is_called_off=True), "abgesagt"),
    "address": (lambda r: type(r["acme"]).objects.update(street="Neuer Weg 9"), "Neuer Weg 9"),
    "company": (lambda r: type(r["acme"]).objects.update(name="Umbenannt GmbH"), "Umbenannt GmbH"),
    "country": (lambda r: type(r["acme"]).objects.update(country="AT"), "MwSt"),
    "terms": (lambda r: change_terms(), "neue Fassung der Bedingungen"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_is_said_before_it_is_ordered(name, shown, acme, module, date):
    client, sent = shown
    change, said = CHANGES[name]
    change({"acme": acme, "module": module, "date": date})
    answer = press(client, acme, sent)
    assert answer.status_code == 409, name
    assert not Order.objects.exists()
    assert said in answer.content.decode()
    again = {**sent, "shown": answer.context["form"]["shown"].value()}
    assert press(client, acme, again).status_code == 302, "what is on screen now can be ordered"


def test_something_added_in_another_tab_is_not_ordered_unseen(shown, acme, ben, product):
    client, sent = shown
    other = make.ArticleFactory(name="Zusatz", fits=[product])
    put(acme, ben, Article.objects.with_prices(acme).get(pk=other.pk), 1)
    answer = press(client, acme, sent)
    assert answer.status_code == 409 and "„Zusatz“ ist in Ihren Warenkorb dazugekommen" in answer.content.decode()


def test_terms_that_were_not_on_screen_are_not_accepted(shown, acme):
    """The consent is bound to the text that was shown; a new version asks for it anew."""
    client, sent = shown
    change_terms()
    answer = press(client, acme, sent)
    form = answer.context["form"]
    assert answer.status_code == 409 and not form["accepts_terms"].value()
    assert answer.context["terms"].number == "T-neu", "the new text is linked"
    client.post(path(acme, "order_create"), {**sent, "shown": form["shown"].value()})
    assert Order.objects.get().acceptance.terms.number == "T-neu"


def test_a_form_that_is_incomplete_says_what_changed_as_well(shown, acme, module):
    client, sent = shown
    Article.objects.filter(pk=module.pk).update(list_price=90)
    del sent["accepts_terms"]
    answer = client.post(path(acme, "order_create"), sent)
    assert answer.status_code == 200 and "90,00\xa0€ statt 100,00" in answer.content.decode()


def test_when_nothing_is_left_to_order_the_page_says_so_and_keeps_what_was_typed(shown, acme):
    client, sent = shown
    Article.objects.update(is_active=False)
    answer = press(client, acme, sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nichts in Ihrem Warenkorb kann gerade bestellt werden" in page
    assert "Zahlungspflichtig bestellen" not in page


@pytest.mark.parametrize("forged", ["x", "e30:1tAbCd:abc", "", "ü\x00", "." * 300])
def test_what_was_shown_cannot_be_made_up(shown, acme, forged):
    client, sent = shown
    answer = client.post(path(acme, "order_create"), {**sent, "shown": forged})
    assert answer.status_code == 200 and not Order.objects.exists()
    again = {**sent, "shown": answer.context["form"]["shown"].value()}
    assert client.post(path(acme, "order_create"), again).status_code == 302


def test_of_two_dates_of_a_training_only_the_ordered_one_leaves_the_cart(acme, elsewhere, ben, as_, date):
    make.TermsFactory()
    other = make.TrainingDateFactory(article=date.article, seats=3)
    client = as_(ben)
    for one, name in ((date, "Anna Arndt"), (other, "Bodo Beck")):
        client.post(path(acme, "cart_add", date.article.number), {"date": one.pk, "participants": name})
    book(date, elsewhere, ["X", "Y", "Z"], by=ben)
    press(client, acme, sent_from(client, acme))
    assert [line.training_date for line in Order.objects.get().lines.all()] == [other]
    assert [line.date for line in CartLine.objects.all()] == [date]


def test_a_sealed_offer_is_read_back_as_it_was(acme, ben, with_training):
    terms = make.TermsFactory()
    offer = Offer.of(read_cart(acme, ben), acme, terms)
    assert Offer.opened(offer.sealed()) == offer == Offer.of(read_cart(acme, ben), acme, terms_of_sale())
    assert changes(offer, offer) == []
