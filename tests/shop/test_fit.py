"""What a company sees in the shop, and never sees."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from portal.lib.days import today
from shop.models import Article

from .. import factories as make
from ..days import in_days

pytestmark = pytest.mark.django_db
YESTERDAY, TODAY, TOMORROW = in_days(-1), in_days(0), in_days(1)


@pytest.fixture
def company():
    return make.CompanyFactory(number="500")


@pytest.mark.parametrize(
    "licence, is_active, fits",
    [
        ({}, True, True),
        ({"kind": "M", "ends_on": TODAY}, True, True),
        ({"kind": "M", "ends_on": YESTERDAY}, True, False),
        ({"starts_on": TOMORROW}, True, False),
        ({}, False, False),
    ],
    ids=["bought", "rented until today", "rent ended", "begins tomorrow", "article not sold any more"],
)
def test_what_fits(company, licence, is_active, fits):
    product = make.LicenceFactory(company=company, **licence).product
    article = make.ArticleFactory(fits=[product], is_active=is_active)
    assert (article in Article.objects.fitting(company)) is fits


def test_another_company_s_licence_opens_nothing(company):
    article = make.ArticleFactory(fits=[make.LicenceFactory().product])
    assert article not in Article.objects.fitting(company)


def test_an_article_made_for_nothing_fits_nobody(company):
    make.LicenceFactory(company=company)
    assert make.ArticleFactory() not in Article.objects.fitting(company)


def test_nothing_new_after_the_end_of_the_contract(company):
    """Edge 46."""
    article = make.ArticleFactory(fits=[make.LicenceFactory(company=company).product])
    company.ended_on = today() - dt.timedelta(days=1)
    assert article not in Article.objects.fitting(company)


def test_several_licences_show_an_article_once(company):
    products = [make.ProductFactory(number=str(n), name=f"P{n}") for n in (1, 2)]
    for product in products:
        make.LicenceFactory(company=company, product=product)
    make.ArticleFactory(fits=products)
    (article,) = Article.objects.fitting(company).with_reason(company)
    assert article.fitting_products == ["P1", "P2"]


@pytest.fixture
def hidden(acme):
    """An article for a product that Sonnenhof has not licensed."""
    other = make.ProductFactory(number="5000", name="DOMUS ERP")
    return make.ArticleFactory(number="TSA-K99", name="Konzernabschluss", fits=[other])


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["article_detail", "cart_add"])
def test_unfit_and_unknown_answer_the_same(name, method, acme, olga, as_, hidden):
    """Edge 61: nobody learns that an article exists."""
    client = as_(olga)
    unfit, unknown = (
        getattr(client, method)(reverse(name, args=[acme.number, number])) for number in (hidden.number, "TSA-K00")
    )
    assert unfit.status_code == unknown.status_code
    assert unfit.status_code in {404, 405}
    # The page's own tokens and the number that was typed stand on it.
    own = re.compile(rb'csrfmiddlewaretoken" value="\w+"|TSA-K\d\d')
    assert own.sub(b"", unfit.content) == own.sub(b"", unknown.content)


@pytest.mark.parametrize("query", ["", "?q=Konzernabschluss", "?q=TSA-K99", "?q=konzernabschlus", "?category=Software"])
def test_unfit_articles_are_in_no_list(query, acme, olga, as_, hidden):
    page = as_(olga).get(reverse("article_list", args=[acme.number]) + query).content.decode()
    assert f"/artikel/{hidden.number}/" not in page


TYPED = ["Konzernabschluss", "konzern", "konzernabschlus", "TSA-K99", "tsa k 99", "Konzernabschluss Modul"]


@pytest.mark.parametrize("typed", TYPED)
def test_unfit_articles_are_not_suggested_nor_meant(typed, acme, olga, as_, hidden):
    """Edge 61: neither the suggestions while typing nor "did you mean" tell of them."""
    make.ArticleFactory(name="Modul Kasse", fits=[acme.licences.get().product])
    client = as_(olga)
    suggestions = client.get(reverse("article_suggest", args=[acme.number]), {"q": typed}).content.decode()
    page = client.get(reverse("article_list", args=[acme.number]), {"q": typed})
    assert hidden.name not in suggestions and hidden.number not in suggestions
    # What was typed may be said again, but nothing of it is written as the hidden name writes it.
    assert page.context["found"].meant in ("", typed.replace("Konzernabschluss", "").strip())
    assert f"/artikel/{hidden.number}/" not in page.content.decode()


def test_a_company_without_licence_is_told_why(as_, company, db):
    from ..conftest import member

    person = member(company, "Pia", "Pohl", is_holder=True, is_main_holder=True)
    page = as_(person).get(reverse("article_list", args=[company.number])).content.decode()
    assert "passt nichts zu Ihren Lizenzen" in page
