"""One person at many companies: chooser, search, nothing carried over (edge 48)."""

import pytest
from django.urls import reverse

from access.rights import Right
from shop.cart import put
from shop.models import Article
from tests import factories as make

pytestmark = pytest.mark.django_db
COUNT = 40


@pytest.fixture
def ivo(acme, olga):
    """An IT partner at forty companies besides Sonnenhof."""
    ivo = make.UserFactory(first_name="Ivo", last_name="Iversen")
    make.MembershipFactory(company=acme, user=ivo, rights=[Right.DOWNLOADS, Right.SHOP])
    for number in range(COUNT):
        company = make.CompanyFactory(number=str(80000 + number), name=f"Verwaltung Nr. {number:02}")
        make.MembershipFactory(company=company, user=ivo, rights=[Right.SHOP])
    return ivo


def test_after_login_the_company_is_chosen(ivo, as_, django_assert_max_num_queries):
    client = as_(ivo)
    assert client.get("/")["Location"] == reverse("chooser")
    with django_assert_max_num_queries(6):
        page = client.get(reverse("chooser")).content.decode()
    assert page.count("/kunde/") >= COUNT and "Hausverwaltung Sonnenhof GmbH" in page


@pytest.mark.parametrize("words, found", [("nr. 07", "80007"), ("80031", "80031"), ("sonnenhof", "12345")])
def test_it_finds_by_name_and_number(ivo, as_, words, found):
    page = as_(ivo).get(reverse("chooser"), {"q": words}).content.decode()
    assert f"/kunde/{found}/" in page and page.count("/kunde/") < 5


def test_the_company_s_name_is_on_every_page(ivo, as_):
    client = as_(ivo)
    for number, name in (("80007", "Verwaltung Nr. 07"), ("12345", "Hausverwaltung Sonnenhof GmbH")):
        for tile in ("", "konto/", "shop/", "support/", "downloads/"):
            assert name in client.get(f"/kunde/{number}/{tile}").content.decode()


def test_nothing_is_carried_over(acme, ivo, as_):
    """Rights and cart are the company's own."""
    product = acme.licences.first().product
    article = make.ArticleFactory(fits=[product])
    put(acme, ivo, Article.objects.with_prices(acme).get(pk=article.pk), 3)
    client = as_(ivo)
    assert article.number in client.get("/kunde/12345/shop/warenkorb/").content.decode()
    assert article.number not in client.get("/kunde/80007/shop/warenkorb/").content.decode()
    assert client.get("/kunde/80007/downloads/").status_code == 403


def test_the_end_at_one_company_is_none_at_the_others(acme, olga, ivo, as_):
    session = as_(ivo)
    assert session.get("/kunde/12345/").status_code == 200
    row = acme.memberships.get(user=ivo)
    as_(olga).post(f"/kunde/12345/zugaenge/{row.pk}/entfernen/")
    assert session.get("/kunde/12345/").status_code == 404
    assert session.get("/kunde/80007/").status_code == 200
