"""What the checkout says before the button: who approves, whose terms; the button is called by what it does."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from access.models import Membership
from orders.models import Order
from shop.cart import put
from shop.models import Article

from .. import factories as make
from ..look.pages import tree_of


@pytest.fixture
def terms(db):
    return make.TermsFactory()


@pytest.fixture
def filled(acme, ben, terms):
    article = make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("100"))

    def fill(person, quantity=3):
        put(acme, person, Article.objects.with_prices(acme).get(pk=article.pk), quantity)

    fill(ben)
    return fill


def read(client, company):
    html = client.get(reverse("order_create", args=[company.number])).content.decode()
    tree = tree_of(html)[0]
    return tree, " ".join(tree.xpath("string(//aside)").split())


def sent(client, company, **more):
    form = client.get(reverse("order_create", args=[company.number])).context["form"]
    data = {"form_key": form["form_key"].value(), "shown": form["shown"].value(), **more}
    return client.post(reverse("order_create", args=[company.number]), data)


def button(tree):
    return tree.xpath("normalize-space(//aside//button[contains(@class, 'button-primary')])")


def test_within_the_limit_the_button_orders(acme, ben, as_, filled):
    tree, said = read(as_(ben), acme)
    assert button(tree) == "Zahlungspflichtig bestellen" and "Grenze" not in said


def test_above_the_limit_it_says_who_approves_and_why_before_the_button(acme, olga, deniz, ben, as_, filled):
    Membership.objects.filter(user=ben).update(order_limit=200)
    tree, said = read(as_(ben), acme)
    assert button(tree) == "Zur Freigabe vorlegen"
    assert "Über Ihrer Grenze von 200,00 € netto je Bestellung." in said
    assert olga.get_full_name() in said and deniz.get_full_name() in said
    client = as_(ben)
    shown = sent(client, acme, accepts_terms="on")
    page = client.get(shown.url).content.decode()
    assert Order.objects.get().state == "waiting"
    assert "Zur Freigabe vorgelegt." in page and "ist eingegangen" not in page


def test_the_month_is_named_where_it_is_the_month(acme, olga, ben, as_, filled):
    Membership.objects.filter(user=ben).update(order_limit=1000, order_limit_month=250)
    _tree, said = read(as_(ben), acme)
    assert "Über Ihrer Grenze von 250,00 € netto je Kalendermonat." in said


@pytest.mark.parametrize("before, after, told", [
    (None, 100, "Diese Bestellung braucht jetzt eine Freigabe."),
    (100, None, "Diese Bestellung braucht keine Freigabe mehr."),
])  # fmt: skip
def test_a_limit_that_changed_meanwhile_is_said_and_nothing_is_ordered(
    before, after, told, acme, olga, ben, as_, filled
):
    Membership.objects.filter(user=ben).update(order_limit=before)
    client, url = as_(ben), reverse("order_create", args=[acme.number])
    form = client.get(url).context["form"]
    data = {"form_key": str(uuid.uuid4()), "shown": form["shown"].value(), "accepts_terms": "on"}
    Membership.objects.filter(user=ben).update(order_limit=after)
    answer = client.post(url, data)
    assert answer.status_code == 409 and told in answer.content.decode()
    assert not Order.objects.exists()


def test_terms_accepted_before_are_named_and_not_asked_again(acme, ben, as_, terms, filled):
    client = as_(ben)
    assert sent(client, acme).status_code == 200, "the first time they are asked for"
    assert sent(client, acme, accepts_terms="on").status_code == 302
    filled(ben)
    tree, said = read(client, acme)
    assert not tree.xpath("//input[@name='accepts_terms']")
    assert terms.title in said and "Ihre Zustimmung vom" in said
    assert sent(client, acme).status_code == 302
    first, second = Order.objects.order_by("number")
    assert second.acceptance.sha256 == terms.sha256 and second.acceptance != first.acceptance


def test_another_person_or_a_new_version_is_asked_again(acme, olga, ben, as_, terms, filled):
    assert sent(as_(ben), acme, accepts_terms="on").status_code == 302
    filled(olga)
    assert read(as_(olga), acme)[0].xpath("//input[@name='accepts_terms']")
    filled(ben)
    make.TermsFactory(valid_from=terms.valid_from + dt.timedelta(days=1))
    assert read(as_(ben), acme)[0].xpath("//input[@name='accepts_terms']")
