"""Queries per page: four for the door, at most four more, however much there is."""

import datetime as dt

import pytest
from allauth.idp.oidc.models import Client
from django.urls import reverse
from django.utils import timezone

from access.rights import Right
from shop.cart import put
from shop.models import Article

from .. import factories as make

# What a proof said of somebody who is not there any more.
GONE = {
    "0": {"state": "active", "is_holder": False, "is_main": False, "until": None, "rights": {}, "limits": [None] * 2}
}
DOOR = 4
PAGE = 4


def fill(company, user, count):
    """So many documents, versions, articles, orders and colleagues."""
    product = company.licences.first().product
    for number in range(count):
        make.DocumentFactory(company=company)
        release = make.ReleaseFactory(product=product, released_on=dt.date(2019, 1, 1) + dt.timedelta(days=number))
        make.ReleaseFileFactory(release=release)
        make.DownloadFactory(company=company, file__release=release, file__file_name="b.zip", user=user)
        company.installed_versions.create(product=product, place=f"Büro {number}", version=release.version)
        make.PassFactory(company=company, release=release, given_by=user)
        article = make.ArticleFactory(fits=[product])
        make.PriceFactory(article=article, from_quantity=5)
        order = make.OrderFactory(company=company, ordered_by=user)
        make.OrderLineFactory(order=order, article=article, position=1)
        make.MembershipFactory(company=company, rights=[Right.SHOP])
        put(company, user, Article.objects.with_prices(company).get(pk=article.pk), 1)
        make.NameChangeFactory(company=company, state="withdrawn")
        make.ConsentFactory(user=user, ended_at=timezone.now())
        company.papers.create(kind="access", asked_by=user, language="de", made_at=timezone.now(), said=GONE)
    make.TermsFactory()
    return order


# Outside a company: session and person, and at most four more.
OWN = ["session_list", "newsletter", "my_data", "sign_on_list"]


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize("name", OWN)
def test_queries_of_a_person_s_own_page(name, count, deniz, as_, django_assert_max_num_queries):
    for number in range(count):
        as_(deniz)
        client = Client.objects.create(id=f"program-{number}", name="HOMECASE")
        deniz.sign_on_consents.create(client=client, scopes="openid")
        deniz.exports.create(ready_at=timezone.now())
    client = as_(deniz)
    client.get(reverse(name))
    with django_assert_max_num_queries(2 + PAGE):
        assert client.get(reverse(name)).status_code == 200


PAGES = [
    "start",
    "account",
    "person_edit",
    "company_edit",
    "name_change",
    "order_addresses",
    "document_list",
    "terms_list",
    "holding_list",
    "date_list",
    "people_list",
    "invitation_create",
    "access_log",
    "review",
    "access_proof",
    "takeover",
    "product_list",
    "pass_list",
    "support",
    "article_list",
    "cart_detail",
    "quick_order",
    "shopping_lists",
    "training_list",
    "order_list",
    "order_create",
]


@pytest.mark.parametrize("count", [3, 60])
def test_queries_of_pages(count, acme, olga, deniz, as_, django_assert_max_num_queries):
    """Measured as a deputy: a licence holder needs one query less, for having no switches."""
    fill(acme, deniz, count)
    client = as_(deniz)
    for name in PAGES:
        url = reverse(name, args=[acme.number])
        client.get(url)
        with django_assert_max_num_queries(DOOR + PAGE, info=name):
            assert client.get(url).status_code == 200, name


@pytest.mark.parametrize("count", [3, 60])
def test_queries_of_a_licence_holder_s_pages(count, acme, olga, as_, django_assert_max_num_queries):
    """A licence holder's door is one query cheaper: there are no switches to read."""
    for number in range(count):
        make.DocumentFactory(company=acme).note_opening(make.UserFactory(), "view")
        change = make.ChangeFactory(processor__name=f"Firma {number}")
        make.SubProcessorFactory()
    acme.objections.create(change=change, name="Olga", text="Nein.")
    client = as_(olga)
    for name in ("opening_list", "subprocessor_list", "avv"):
        url = reverse(name, args=[acme.number])
        client.get(url)
        with django_assert_max_num_queries(DOOR - 1 + PAGE, info=name):
            assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [3, 60])
def test_queries_of_details(count, acme, olga, deniz, as_, django_assert_max_num_queries):
    order = fill(acme, deniz, count)
    article = order.lines.first().article
    for number in range(count):
        make.OrderLineFactory(order=order, position=100 + number)
    client = as_(deniz)
    for url in (
        reverse("order_detail", args=[acme.number, order.pk]),
        reverse("order_again", args=[acme.number, order.pk]),
        reverse("article_detail", args=[acme.number, article.number]),
        reverse("product_detail", args=[acme.number, "4000"]),
        reverse("article_list", args=[acme.number]) + "?q=nebenkosten",
    ):
        client.get(url)
        with django_assert_max_num_queries(DOOR + PAGE, info=url):
            assert client.get(url).status_code == 200
