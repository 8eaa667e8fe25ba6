"""Articles, terms and versions as a customer sees them: their own words, shut, and without a trace."""

import datetime as dt

import pytest
from django.urls import reverse
from PIL import Image

from contracts.models import DocumentOpening
from downloads.models import Download
from portal.lib.days import today
from shop.models import Miss
from shop.pictures import keep_picture

from .. import factories as make
from ..admin_pages import address
from .test_admin import client_of  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db


def preview(client, row, **asked):
    answer = client.get(address(row, "preview"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(page):
    """What stands in the shut part."""
    return page.split('<fieldset class="preview" disabled>')[1].split("</fieldset>\n  </div>")[0]


@pytest.fixture
def product(acme):
    return acme.licences.get().product


@pytest.fixture
def article(product):
    return make.ArticleFactory(name="Mahnwesen", fits=[product], description="Drei Stufen.")


def test_an_article_with_the_price_and_the_fit_of_a_customer(article, product, acme, client_of):  # noqa: F811
    keep_picture(article, Image.new("RGB", (40, 30)))
    make.PriceFactory(article=article, company=acme, net="399.00")
    staff = client_of("Katalog")
    assert address(article, "preview") in staff.get(address(article)).content.decode(), "a button on its form"
    page = preview(staff, article)
    own = shown(page)
    assert "399,00" in own and product.name in own and "Drei Stufen." in own and "In den Warenkorb" in own
    assert "href=" not in own.replace('href="#', ""), "nothing leads into the customer's portal"
    assert reverse("admin:shop_article_picture", args=[article.pk]) in own
    assert "Vorschau" in page and "Sonnenhof" in page and "Heute nicht zu sehen" not in page


def test_a_customer_whom_it_does_not_fit_and_one_who_is_not_found(article, acme, elsewhere, client_of):  # noqa: F811
    elsewhere.licences.all().delete()
    page = preview(client_of("Katalog"), article, customer=elsewhere.number)
    assert "Fremde Verwaltung" in page and "Heute nicht zu sehen" in page and "Mahnwesen" in shown(page)
    page = preview(client_of("Support"), article, customer="niemand so")
    assert "zu keinem oder zu mehreren Kunden" in page and "Sonnenhof" in page


def test_a_version_with_the_cover_of_a_customer(product, acme, elsewhere, client_of):  # noqa: F811
    release = make.ReleaseFactory(product=product, version="27.1", notes="**Neu:** Heizkosten", released_on=today())
    make.ReleaseFileFactory(release=release)
    staff = client_of("Katalog")
    own = shown(preview(staff, release, customer=acme.number))
    assert "27.1" in own and "<strong>Neu:</strong>" in own and "Herunterladen" in own
    release.released_on = today() + dt.timedelta(days=9)
    release.is_pilot = True
    release.save()
    elsewhere.licences.all().delete()
    page = preview(staff, release, customer=elsewhere.number)
    for words in ("keine Lizenz des Programms", "noch nicht veröffentlicht", "gehört nicht zu den Pilotkunden"):
        assert words in page, words
    assert "Herunterladen" not in shown(page)


def test_terms_beside_the_version_before_them(client_of):  # noqa: F811
    make.TermsFactory(title="AGB 2026")
    coming = make.TermsFactory(title="AGB 2027", valid_from=today() + dt.timedelta(days=30))
    page = preview(client_of("Katalog"), coming)
    assert "AGB 2026" in shown(page) and "AGB 2027" in shown(page) and "Was sich geändert hat" in shown(page)
    assert "Kunden sehen diese Fassung ab dem" in page and 'name="customer"' not in page


def test_a_preview_writes_nothing(article, product, acme, client_of, django_capture_on_commit_callbacks):  # noqa: F811
    release, terms = make.ReleaseFileFactory(release__product=product).release, make.TermsFactory()
    staff = client_of()
    with django_capture_on_commit_callbacks() as later:
        for row in (article, release, terms):
            preview(staff, row)
    traces = [model.objects.count() for model in (Download, DocumentOpening, Miss)]
    assert traces == [0, 0, 0] and later == [] and not acme.access_events.filter(actor_kind="staff").exists()
    assert staff.post(address(article, "preview")).status_code == 405


@pytest.mark.parametrize("count", [1, 12])
def test_the_queries_of_a_preview_do_not_grow(count, article, product, acme, client_of, django_assert_max_num_queries):  # noqa: F811
    for number in range(count):
        make.LicenceFactory(company=make.CompanyFactory(number=f"7{number:04}"), product=product)
        make.ReleaseFileFactory(release__product=product)
        terms = make.TermsFactory(valid_from=today() - dt.timedelta(days=number))
    release = product.releases.first()
    staff = client_of()
    for row, most in ((article, 20), (release, 16), (terms, 8)):
        with django_assert_max_num_queries(most):
            preview(staff, row)
