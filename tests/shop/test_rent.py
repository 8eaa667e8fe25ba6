"""Rent: seats for whole periods, at a price per seat and month; once and monthly are told apart wherever prices are."""

import re
from decimal import Decimal

import facturx
import pytest
from django.core import mail
from django.urls import reverse

from orders.handover import export_orders
from orders.models import ErpToken, Order
from orders.papers import confirmation_of, for_paper, order_x, pdf_of
from orders.states import accept
from portal.erp import import_export
from portal.lib.days import last_day
from shop.cart import CartRefused, Wanted, change, put, put_many, read_cart
from shop.lists import add, keep_cart, make_list, put_into_cart
from shop.models import Article, CartLine
from shop.quick_order import read_lines
from shop.rent import periods_refusal

from .. import factories as make
from ..jobs import run_jobs
from ..walk.test_papers import words_of

pytestmark = pytest.mark.django_db
BOTH = ["Einmalig netto", "200,00\xa0€", "Monatlich netto", "98,00\xa0€"]


@pytest.fixture
def product(acme):
    return acme.licences.get().product


@pytest.fixture
def rent(product):
    """49 euro per seat and month, for 12, 24 or 36 months."""
    crm = make.ProductFactory(number="8000", name="DOMUS CRM")
    return make.ArticleFactory(
        number="TSA-M1", name="CRM zur Miete", kind="M", fits=[product], grants=crm, list_price=Decimal("49"),
        unit="Monat", period_months=12, max_periods=3,
    )  # fmt: skip


@pytest.fixture
def once(product):
    return make.ArticleFactory(number="TSA-D1", name="Einrichtung", kind="D", fits=[product], list_price=Decimal("200"))


def test_the_next_price_of_a_rent_is_reached_by_seats(acme, ben, as_, rent):
    make.PriceFactory(article=rent, net=Decimal("40"), from_quantity=5)
    put(acme, ben, priced(acme, rent), 1)
    assert read_cart(acme, ben).lines[0].next_step == ("4 Arbeitsplätze", Decimal("40"))
    page = words(as_(ben).get(path(acme, "cart_detail")))
    assert "noch 4 Arbeitsplätze bis zum Preis von 40,00" in page


def priced(company, article):
    return Article.objects.with_prices(company).with_seats(company).get(pk=article.pk)


def path(company, name, *args):
    return reverse(name, args=[company.number, *args])


def words(page):
    return re.sub(r"[ \n]+", " ", page.content.decode())


@pytest.fixture
def order(acme, ben, as_, rent, once):
    """Two seats for 24 months and a service, ordered on the pages."""
    make.TermsFactory()
    client = as_(ben)
    client.post(path(acme, "cart_add", rent.number), {"quantity": 2, "periods": 2})
    client.post(path(acme, "cart_add", once.number), {"quantity": 1})
    page = client.get(path(acme, "order_create"))
    for said in (*BOTH, "2 Arbeitsplätze, 24 Monate", "je Arbeitsplatz und Monat", "2.352,00\xa0€"):
        assert said in page.content.decode(), said
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert client.post(path(acme, "order_create"), {**sent, "accepts_terms": "on"}).status_code == 302
    return Order.objects.get()


# --- The article, the cart ---


def test_the_page_says_the_price_per_month_and_for_the_period(acme, ben, as_, rent):
    page = words(as_(ben).get(path(acme, "article_detail", rent.number)))
    for said in (
        "49,00\xa0€",
        "je Arbeitsplatz und Monat",
        "588,00\xa0€ für 12 Monate",
        "Arbeitsplätze",
        "24 Monate",
        "36 Monate",
    ):
        assert said in page, said
    listed = words(as_(ben).get(path(acme, "article_list")))
    assert "je Arbeitsplatz und Monat" in listed and "588,00\xa0€ für 12 Monate" in listed and "je Monat" not in listed


def test_the_cart_sums_once_and_monthly_apart(acme, ben, as_, rent, once):
    put(acme, ben, priced(acme, rent), 2, periods=2)
    put(acme, ben, priced(acme, once), 1)
    sums = read_cart(acme, ben).sums
    assert (sums.once, sums.monthly, sums.rent, sums.net) == (200, 98, 2352, 2552)
    page = words(as_(ben).get(path(acme, "cart_detail")))
    for said in (*BOTH, "2 Arbeitsplätze, 24 Monate: 98,00\xa0€ monatlich, insgesamt 2.352,00\xa0€"):
        assert said in page, said


def test_without_a_rent_nothing_is_said_of_months(acme, ben, as_, once):
    put(acme, ben, priced(acme, once), 1)
    page = as_(ben).get(path(acme, "cart_detail")).content.decode()
    assert "Monatlich" not in page and "Einmalig" not in page


@pytest.mark.parametrize("periods, taken", [("1", 1), ("3", 3), ("", 1), ("4", None), ("0", None), ("viele", None)])
def test_only_periods_that_are_offered(acme, ben, as_, rent, periods, taken):
    answer = as_(ben).post(path(acme, "cart_add", rent.number), {"quantity": 1, "periods": periods})
    assert answer.status_code == (302 if taken else 422)
    assert [line.periods for line in CartLine.objects.all()] == [taken] * bool(taken)


def test_every_way_into_the_cart_keeps_the_rules(acme, ben, rent):
    article = priced(acme, rent)
    with pytest.raises(CartRefused, match="12 Monate bis 36 Monate"):
        put(acme, ben, article, 1, periods=4)
    ((refused, why),) = put_many(acme, ben, [Wanted(article, 1, 4)])
    assert refused == article and "36 Monate" in why and not CartLine.objects.exists()
    line = put(acme, ben, article, 1, periods=3)
    with pytest.raises(CartRefused):
        change(acme, ben, line, periods=9)
    assert put(acme, ben, article, 1).periods == 3, "more seats run as long as those in the cart"
    assert change(acme, ben, line, quantity=5, periods=2).periods == 2
    Article.objects.update(max_periods=1)
    (line,) = read_cart(acme, ben).lines
    assert line.problem == "Die Mietdauer beträgt 12 Monate."


def test_periods_change_in_the_cart(acme, ben, as_, rent):
    line, client = put(acme, ben, priced(acme, rent), 2), as_(ben)
    client.post(path(acme, "cart_update", line.pk), {"quantity": 3, "periods": 3})
    line.refresh_from_db()
    assert (line.quantity, line.periods) == (3, 3)
    assert client.post(path(acme, "cart_update", line.pk), {"quantity": 3, "periods": 4}).status_code == 422


def test_another_period_since_is_told_and_confirmed(acme, ben, as_, rent):
    put(acme, ben, priced(acme, rent), 1, periods=2)
    Article.objects.update(period_months=6)
    client = as_(ben)
    page = words(client.get(path(acme, "cart_detail")))
    assert "wird für 12 Monate gemietet statt für 24 Monate" in page
    client.post(path(acme, "cart_confirm"))
    assert "gemietet" not in words(client.get(path(acme, "cart_detail")))
    # What lay in a cart before rents had periods.
    CartLine.objects.update(seen_months=None)
    assert "wird für 12 Monate gemietet" in words(client.get(path(acme, "cart_detail")))


def test_a_period_that_changes_under_the_checkout_is_told_before_anything_is_ordered(acme, ben, as_, rent):
    make.TermsFactory()
    put(acme, ben, priced(acme, rent), 1, periods=2)
    client = as_(ben)
    form = client.get(path(acme, "order_create")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    CartLine.objects.update(periods=3)
    answer = client.post(path(acme, "order_create"), {**sent, "accepts_terms": "on"})
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "Mietdauer: 36 Monate statt 24 Monate" in answer.content.decode()


@pytest.mark.parametrize("period, least, most", [(1, 1, 1), (12, 2, 3), (None, 1, 120), (1200, 1, 120), (7, 3, 9)])
def test_what_is_offered_is_accepted(period, least, most):
    article = Article(kind="M", period_months=period, min_periods=least, max_periods=most)
    assert article.periods and all(not periods_refusal(article, periods) for periods in article.periods)
    assert all(periods * article.months <= 1200 for periods in article.periods)
    for outside in (0, article.periods[0] - 1, article.periods[-1] + 1):
        assert periods_refusal(article, outside)


# --- Order, papers, mails, ERP ---


def test_the_order_says_it_everywhere(acme, ben, as_, order):
    line = order.lines.get(kind="M")
    assert (line.quantity, line.period_months, line.periods, line.net) == (2, 12, 2, Decimal("2352.00"))
    accept(order, by=None)
    run_jobs("make_confirmation")
    page = words(as_(ben).get(path(acme, "order_detail", order.pk)))
    paper = for_paper(order.pk)
    texts = [page, *(" ".join(words_of(one).split()) for one in (pdf_of(paper), confirmation_of(paper)))]
    for text in texts:
        for said in ("Einmalig netto", "Monatlich netto", "2 Arbeitsplätze, 24 Monate", "je Arbeitsplatz und Monat"):
            assert said in text, said
    answer = as_(ben).get(path(acme, "order_export"))
    head, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    cells = dict(zip(head.split(";"), row.split(";"), strict=True))
    assert (cells["Netto"], cells["Einmalig netto"], cells["Monatlich netto"]) == ("2552,00", "200,00", "98,00")
    receipt = " ".join(mail.outbox[0].body.split())
    assert "Einmalig netto 200,00 € Monatlich netto 98,00 €" in receipt and "2 Arbeitsplätze, 24 Monate" in receipt


def test_the_licence_has_the_seats_for_the_time_and_the_next_order_extends_it(acme, ben, as_, order):
    accept(order, by=None)
    licence = acme.licences.get(product__number="8000")
    assert (licence.seats, licence.ends_on) == (2, last_day(licence.starts_on, 24))
    client = as_(ben)
    page = client.get(path(acme, "order_again", order.pk)).content.decode()
    assert "2 Arbeitsplätze, 24 Monate" in page and "Seitdem hat sich nichts" in page
    client.post(path(acme, "order_again", order.pk), {"mode": "replace"})
    assert {line.article.kind: (line.quantity, line.months) for line in read_cart(acme, ben).lines}["M"] == (2, 24)
    form = client.get(path(acme, "order_create")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(path(acme, "order_create"), {**sent, "accepts_terms": "on"})
    accept(Order.objects.exclude(pk=order.pk).get(), by=None)
    licence.refresh_from_db()
    assert licence.ends_on == last_day(licence.starts_on, 48)


@pytest.mark.parametrize("changed, said, months", [({"period_months": 6}, None, 24), ({"max_periods": 1}, "12", 12)])
def test_ordering_again_asks_for_as_long_as_then(acme, ben, as_, order, changed, said, months):
    Article.objects.filter(kind="M").update(**{**changed, "max_periods": changed.get("max_periods", 9)})
    page = as_(ben).get(path(acme, "order_again", order.pk)).content.decode()
    assert ("heute für" in page) is bool(said)
    as_(ben).post(path(acme, "order_again", order.pk), {"mode": "replace"})
    assert {line.article.kind: line.months for line in read_cart(acme, ben).lines}["M"] == months


def test_the_message_to_machines_adds_up(order):
    xml = order_x(for_paper(order.pk)).decode()
    amounts = lambda name: [Decimal(one) for one in re.findall(rf"<ram:{name}[^>]*>([\d.]+)<", xml)]
    pairs = zip(amounts("ChargeAmount"), amounts("RequestedQuantity"), amounts("LineTotalAmount"), strict=False)
    assert all(price * quantity == net for price, quantity, net in pairs)
    assert "Einmalig netto: 200,00" in xml and "Monatlich netto: 98,00" in xml and "2 Arbeitsplätze, 24 Monate" in xml
    assert facturx.xml_check_xsd(xml.encode(), flavor="order-x", level="basic")


def test_the_erp_reads_it_and_gives_it_back_unchanged(tmp_path, client, order):
    _row, key = ErpToken.issue("erp", ["orders:read"])
    answer = client.get(f"/erp/v1/orders/{order.number}", headers={"authorization": f"Bearer {key}"}).json()
    rent = next(line for line in answer["lines"] if line["article"] == "TSA-M1")
    assert (rent["quantity"], rent["period_months"], rent["periods"]) == (2, 12, 2)
    export_orders(tmp_path)
    (tmp_path / "auftraege.csv").unlink()
    before = list(order.lines.values("position", "quantity", "unit_price", "period_months", "periods", "net"))
    (result,) = import_export(tmp_path)
    assert not result.refused and not result.error
    assert list(order.lines.values(*before[0])) == before


@pytest.mark.parametrize(
    "cells, refused",
    [("12;2", 0), (";", 0), ("12;", 1), (";2", 1), ("0;1", 1), ("1201;1", 1), ("x;1", 1), ("1200;120", 1)],
)
def test_lines_of_the_erp_have_months_and_periods_or_neither(tmp_path, acme, cells, refused):
    make.OrderFactory(company=acme, number="A1")
    head = "AuftragsNr;Pos;ArtNr;Bezeichnung;Menge;Einzelpreis;MwSt;Laufzeit;Perioden"
    (tmp_path / "auftragspositionen.csv").write_text(f"{head}\nA1;1;X;Miete;9999;9.999,00;19;{cells}\n")
    (result,) = import_export(tmp_path)
    assert len(result.refused) == refused and not result.error


# --- Lists, quick order, the catalogue of the ERP ---


def test_lists_keep_seats_and_time(acme, ben, as_, rent):
    put(acme, ben, priced(acme, rent), 4, periods=3)
    kept, client = keep_cart(acme, ben, "Miete"), as_(ben)
    line = kept.lines.get()
    assert (line.quantity, line.periods) == (4, 3)
    CartLine.objects.all().delete()
    assert put_into_cart(kept, acme, ben) == []
    assert CartLine.objects.get().periods == 3
    client.post(path(acme, "list_line", kept.pk, line.pk), {"quantity": 2, "periods": 2})
    line.refresh_from_db()
    assert (line.quantity, line.periods) == (2, 2)
    assert "24 Monate" in client.get(path(acme, "shopping_list", kept.pk)).content.decode()
    client.post(path(acme, "list_line", kept.pk, line.pk), {"quantity": 2, "periods": 8})
    line.refresh_from_db()
    assert line.periods == 2
    other = make_list(acme, ben, "Andere")
    assert add(other, rent).periods == 1


@pytest.mark.parametrize(
    "line, periods, said",
    [
        ("TSA-M1;5", None, ""),
        ("TSA-M1;5;24", 2, ""),
        ("TSA-M1\t5\t36 Monate", 3, ""),
        ("TSA-M1;5;noch etwas", None, ""),
        ("TSA-M1;5;13", 0, "12 Monate bis 36 Monate"),
        ("TSA-M1;5;48", 4, "12 Monate bis 36 Monate"),
        ("TSA-M1;5;0", 0, "12 Monate bis 36 Monate"),
        ("TSA-M1;5;1,5", None, "keine ganze Zahl von Monaten"),
        ("TSA-M1;5;-12", None, "keine ganze Zahl von Monaten"),
        ("TSA-D1;5;24", None, ""),
    ],
)
def test_the_third_column_of_a_quick_order_is_the_months_of_a_rent(acme, rent, once, line, periods, said):
    (entry,) = read_lines(acme, line)
    assert entry.article and entry.quantity == 5
    assert (entry.periods, bool(entry.error)) == (periods, bool(said)) and said in entry.error


@pytest.mark.parametrize("head, periods", [("ArtNr;Menge;Monate", 2), ("ArtNr;Menge", 2), ("ArtNr;Menge;Preis", None)])
def test_a_heading_says_whether_the_third_column_is_months(acme, rent, head, periods):
    (entry,) = read_lines(acme, f"{head}\nTSA-M1;5;24")
    assert (entry.periods, entry.error) == (periods, "")


ARTICLES = "ArtNr;Bezeichnung;Beschreibung;Art;Warengruppe;Preis;MwSt;Einheit;PasstZu;LiefertProdNr;Aktiv"


@pytest.mark.parametrize(
    "more, cells, kept",
    [
        ("", "", (12, 1, 3)),
        (";Laufzeit", ";6", (6, 1, 3)),
        (";Laufzeit;PeriodenMin;PeriodenMax", ";1;3;24", (1, 3, 24)),
        (";PeriodenMin;PeriodenMax", ";;", (12, 1, 1)),
        (";PeriodenMax", ";0", None),
        (";PeriodenMin;PeriodenMax", ";3;2", None),
        (";Laufzeit;PeriodenMax", ";36;120", None),
        (";Laufzeit", ";viele", None),
    ],
)
def test_the_erp_may_say_the_periods(tmp_path, rent, more, cells, kept):
    """A column that an export lacks leaves what staff have entered."""
    row = "TSA-M1;CRM;;M;Software/Miete;49,00;19;Monat;4000;8000;J"
    (tmp_path / "artikel.csv").write_text(f"{ARTICLES}{more}\n{row}{cells}\n")
    (result,) = import_export(tmp_path)
    assert (len(result.refused), result.error) == (0 if kept else 1, "")
    rent.refresh_from_db()
    assert (rent.period_months, rent.min_periods, rent.max_periods) == (kept or (12, 1, 3))


def test_the_erp_is_told_of_promises_without_a_product(tmp_path, rent):
    rows = [f"TSA-{kind}{number};x;;{kind};Software;1,00;19;Stück;4000;;J" for kind in "KMD" for number in range(2)]
    (tmp_path / "artikel.csv").write_text("\n".join([ARTICLES, *rows]) + "\n")
    (result,) = import_export(tmp_path)
    assert result.new == 6 and not result.refused
    assert [line for line, _doubt in result.doubts] == [2, 3, 4, 5] and "LiefertProdNr" in result.doubts[0][1]
    (again,) = import_export(tmp_path)
    assert again.same == 6 and not again.doubts
