"""Days at the ends of the calendar, "31.12.9999" for "for ever", the year 1, leap days: nothing breaks on them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib import admin
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from contracts.models import Licence, Maintenance
from downloads.models import Release
from orders.models import Grant, Order
from orders.papers import confirmation_of, for_paper, order_x, pdf_of
from orders.states import accept, cancel, cancel_line
from portal.erp import import_export
from portal.lib.days import ENDLESS, today
from shop.cart import put, read_cart
from shop.models import Article, Price

from .. import factories as make
from ..jobs import run_jobs
from .test_access_table import GET, address
from .world import build

pytestmark = pytest.mark.django_db
D, Kind = dt.date, Article.Kind
FIRST, LAST = D.min, D.max
BEGIN = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
END = dt.datetime(9999, 12, 30, 12, tzinfo=dt.UTC)
NAMES = [name for name, statuses in GET.items() if statuses[0] == 200]
MODELS = [model for model in admin.site._registry if model._meta.app_label in {"contracts", "shop", "orders"}]


@pytest.fixture
def world(acme, olga, nils):
    """The world of the access table, with every day of contracts, shop and orders at an edge."""
    world = build(acme, olga, nils)
    product = acme.licences.get().product
    acme.licences.update(starts_on=FIRST)
    Maintenance.objects.update(starts_on=FIRST, ends_on=LAST)
    rented = make.LicenceFactory(company=acme, product=product, kind="M", starts_on=D(2024, 2, 29), ends_on=LAST)
    make.MaintenanceFactory(licence=rented, starts_on=D(2024, 2, 29), ends_on=FIRST.replace(year=2999))
    make.LicenceFactory(company=acme, product=make.ProductFactory(number="7"), kind="M", starts_on=FIRST, ends_on=FIRST)
    make.PriceFactory(article=world.rows.article, valid_from=FIRST, valid_until=LAST, net=Decimal("7"))
    acme.documents.update(dated_on=FIRST)
    make.DocumentFactory(company=acme, dated_on=LAST)
    Release.objects.update(released_on=FIRST)
    make.ReleaseFactory(product=product, released_on=LAST)
    Order.objects.update(placed_at=BEGIN, wished_on=LAST)
    make.OrderLineFactory(order=make.OrderFactory(company=acme, placed_at=END, wished_on=FIRST))
    date = make.TrainingDateFactory(starts_at=END, ends_at=END + dt.timedelta(hours=2), cancel_until=LAST)
    date.article.fits.add(product)
    world.rows.booking.date = date
    world.rows.booking.save()
    return world


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_a_company_opens(world, as_, olga, name):
    answer = as_(olga).get(address(world, name))
    assert answer.status_code == 200
    assert answer.getvalue()


def test_what_ends_beyond_the_year_9000_has_no_end(world, as_, olga):
    page = as_(olga).get(reverse("product_list", args=["12345"])).content.decode()
    page = " ".join(page.split())
    assert "SPV unbefristet" in page and "unbefristet gemietet" in page and "9999" not in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_row_of_the_admin_opens(world, as_, admin, model):
    client, label = as_(admin), f"{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"admin:{label}_changelist")).status_code == 200
    for row in model._default_manager.all()[:5]:
        assert client.get(reverse(f"admin:{label}_change", args=[row.pk])).status_code == 200


def test_staff_read_without_end(world, as_, admin):
    page = as_(admin).get(reverse("admin:contracts_licence_changelist")).content.decode()
    assert "unbefristet" in page and "9999" not in page


@pytest.mark.parametrize("since, until", [("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01")])
@pytest.mark.parametrize("name", ["order_list", "order_export", "access_log", "access_log_export", "document_list"])
def test_filters_take_every_day(world, as_, olga, name, since, until):
    assert as_(olga).get(address(world, name), {"since": since, "until": until}).status_code == 200


def test_papers_of_every_day_are_made(world):
    for order in Order.objects.filter(company=world.company, lines__isnull=False).distinct():
        order = for_paper(order.pk)
        assert pdf_of(order) and confirmation_of(order) and order_x(order)


EXPORT = {
    "artikel.csv": """\
ArtNr;Bezeichnung;Beschreibung;Art;Warengruppe;Preis;MwSt;Einheit;PasstZu;LiefertProdNr;Aktiv;Laufzeit;PeriodenMin;PeriodenMax
PFLEGE-4000;Softwarepflege 12 Monate;;P;Dienstleistung/Pauschalen;100,00;19;Stück;4000;4000;J;12;;
MIETE-4000;Miete;;M;Software/Miete;49,00;19;Monat;4000;4000;J;1200;1;1
""",
    "lizenzen.csv": """\
LizenzNr;KdNr;ProdNr;Anzahl;Kaufdatum;Art;LaufzeitBis;Pflege;PflegeBis
L-1;12345;4000;10;29.02.2016;K;;SPV;31.12.{year}
L-2;12345;4000;10;14.03.2017;M;31.12.{year};UPV;31.12.{year}
""",
}


@pytest.mark.parametrize("year", [8999, 9000, 9999])
def test_from_the_import_to_the_delivery(tmp_path, acme, ben, olga, as_, year):
    for name, text in EXPORT.items():
        (tmp_path / name).write_text(text.format(year=year))
    assert all(not (result.error or result.refused) for result in import_export(tmp_path))
    acme.licences.exclude(number__startswith="L-1").exclude(number="L-2").delete()
    for _turn in range(2):
        for number in ("PFLEGE-4000", "MIETE-4000"):
            put(acme, ben, Article.objects.with_prices(acme).get(number=number), 1)
        client = as_(ben)
        make.TermsFactory()
        page = client.get(reverse("order_create", args=["12345"]))
        form = page.context["form"]
        sent = {name: form[name].value() or "" for name in form.fields}
        assert client.post(page.wsgi_request.path, {**sent, "accepts_terms": "on"}).status_code == 302
        assert not read_cart(acme, ben).lines
    for order in Order.objects.all():
        accept(order, by=None)
    run_jobs("make_confirmation")
    assert len([message for message in mail.outbox if message.attachments]) == 4
    care = Maintenance.objects.get(licence__number="L-1")
    # What had an end got a year; the order after that found none to extend.
    assert care.ends_on == D(9000 if year == 8999 else year, 12, 31)
    for order in Order.objects.all():
        assert client.get(reverse("order_detail", args=["12345", order.pk])).status_code == 200
        cancel(order, by=None, reason="Irrtum", by_customer=False)
    care.refresh_from_db()
    assert care.ends_on == D(year, 12, 31)


def test_a_rent_up_to_the_end_of_time(acme, ben):
    """Extended beyond it, it stays there; taken back, it is what it was."""
    crm = make.ProductFactory(number="8000")
    article = make.ArticleFactory(kind=Kind.RENT, grants=crm, period_months=1200)
    orders = []
    for number in range(3):
        order = make.OrderFactory(company=acme, ordered_by=ben, number=f"TSA-{number}")
        make.OrderLineFactory(order=order, article=article, kind=Kind.RENT, period_months=1200, periods=1)
        accept(order, by=None)
        if number == 0:
            Licence.objects.filter(product=crm).update(ends_on=D(ENDLESS.year - 1, 2, 28))
        orders.append(order)
    first = acme.licences.filter(product=crm).order_by("pk").first()
    assert first.ends_on == D(ENDLESS.year + 99, 2, 28)
    assert acme.licences.filter(product=crm).count() == 2, "what has no end is not extended: the third is a new one"
    cancel_line(orders[1].lines.get(), by=None, reason="Irrtum")
    first.refresh_from_db()
    assert first.ends_on == D(ENDLESS.year - 1, 2, 28)
    assert Grant.objects.filter(taken_back_at=None).count() == 2


def test_prices_of_all_days_count(world):
    article = Article.objects.with_prices(world.company).get(pk=world.rows.article.pk)
    assert [price.net for price in article.own_prices] == [Decimal("7")]
    assert Price.objects.get().valid_until == LAST and today() < LAST and timezone.now() < END
