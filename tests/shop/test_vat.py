"""VAT by customer and article: a table of cases, with the reason that is printed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from orders.models import Order
from shop.cart import put, read_cart
from shop.models import Article, VatCheck
from shop.vat import is_well_formed, treatment_of

from .. import factories as make

AUSTRIAN = "ATU13585627"


@pytest.mark.parametrize(
    "country, vat_id, checked, kind, rate, said",
    [
        ("DE", "", False, "domestic", "19.0", ""),
        ("DE", "DE136695976", True, "domestic", "19.0", ""),
        ("AT", AUSTRIAN, True, "reverse", "0.0", "§ 13b UStG"),
        ("AT", "atu 13585627", True, "reverse", "0.0", "§ 13b UStG"),
        ("AT", AUSTRIAN, False, "unchecked", "19.0", "nicht bestätigt"),
        ("AT", "", False, "unchecked", "19.0", "nicht bestätigt"),
        ("AT", "ATU13585626", True, "unchecked", "19.0", "nicht bestätigt"),
        ("AT", "DE136695976", True, "unchecked", "19.0", "nicht bestätigt"),
        ("FR", AUSTRIAN, True, "unchecked", "19.0", "nicht bestätigt"),
        ("CH", "", False, "abroad", "0.0", "§ 3a Abs. 2 UStG"),
        ("GB", "", False, "abroad", "0.0", "§ 3a Abs. 2 UStG"),
    ],
)
@pytest.mark.django_db
def test_who_pays_which_vat(country, vat_id, checked, kind, rate, said):
    """Edge 65."""
    company = make.CompanyFactory(country=country, vat_id=vat_id)
    if checked:
        VatCheck.objects.create(company=company, vat_id=vat_id.replace(" ", "").upper())
    treatment = treatment_of(company)
    assert treatment.kind == kind
    assert treatment.rate(make.ArticleFactory()) == Decimal(rate)
    assert said in treatment.reason if said else treatment.reason == ""


@pytest.mark.parametrize("country, rate", [("DE", "19.0"), ("CH", "19.0")])
@pytest.mark.django_db
def test_a_training_on_our_premises_is_taxed_here(country, rate):
    article = make.ArticleFactory(taxed_here=True)
    assert treatment_of(make.CompanyFactory(country=country)).rate(article) == Decimal(rate)


@pytest.mark.django_db
def test_an_article_with_its_own_rate_keeps_it_at_home():
    article = make.ArticleFactory(vat_rate=Decimal("7.0"))
    assert treatment_of(make.CompanyFactory()).rate(article) == Decimal("7.0")


@pytest.mark.django_db
def test_a_new_vat_id_needs_a_new_check():
    company = make.CompanyFactory(country="AT", vat_id=AUSTRIAN)
    VatCheck.objects.create(company=company, vat_id=AUSTRIAN)
    assert treatment_of(company).kind == "reverse"
    company.vat_id = "ATU62895905"
    assert is_well_formed(company.vat_id, "AT")
    assert treatment_of(company).kind == "unchecked"


def test_cart_checkout_and_order_say_the_same(acme, ben, as_):
    acme.country, acme.vat_id = "AT", AUSTRIAN
    acme.save()
    VatCheck.objects.create(company=acme, vat_id=AUSTRIAN)
    make.TermsFactory()
    article = make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("100"))
    put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 3)
    cart = read_cart(acme, ben)
    assert (cart.sums.net, cart.sums.vat_sum, cart.sums.gross) == (300, 0, 300)
    client = as_(ben)
    for name in ("cart_detail", "order_create"):
        assert "§ 13b UStG" in client.get(reverse(name, args=[acme.number])).content.decode()
    form = client.get(reverse("order_create", args=[acme.number])).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(reverse("order_create", args=[acme.number]), {**sent, "accepts_terms": "on"})
    order = Order.objects.get()
    assert (order.net, order.vat) == (300, 0)
    assert order.lines.get().vat_rate == 0
