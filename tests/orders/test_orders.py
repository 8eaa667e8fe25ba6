"""Orders afterwards: found, read, cancelled, ordered again."""

import csv
import io
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from orders.models import Order
from orders.states import accept, cancel
from shop.cart import put, read_cart
from shop.models import Article

from .. import factories as make
from ..look.pages import tree_of
from ..sheets import cells_of


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("499"))


@pytest.fixture
def order(acme, ben, article):
    order = make.OrderFactory(company=acme, ordered_by=ben, reference="B-1")
    make.OrderLineFactory(order=order, article=article, article_number=article.number, unit_price=Decimal("499"))
    return order


def page(client, name, company, *args, **query):
    return client.get(reverse(name, args=[company.number, *args]), query).content.decode()


@pytest.mark.parametrize("words", ["B-1", "Bauer", "Nebenkosten", "b-1 bauer"])
def test_orders_are_found(words, acme, olga, as_, order):
    other = make.OrderFactory(company=acme, orderer_name="Dora Dietz", reference="X-9")
    found = page(as_(olga), "order_list", acme, q=words)
    assert order.number in found and other.number not in found


@pytest.mark.parametrize(
    "query", [{"state": "unsinn"}, {"year": "x' or 1=1"}, {"page": "99999999999"}, {"q": "\0"}, {"mine": "9"}]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(query, acme, olga, as_, order):
    assert order.number in page(as_(olga), "order_list", acme, **query)


def test_mine_and_all(acme, olga, as_, order):
    assert order.number not in page(as_(olga), "order_list", acme, mine="1")


def test_csv_is_safe_to_open(acme, olga, as_, order):
    """Edge 82."""
    Order.objects.filter(pk=order.pk).update(reference="=1+1", orderer_name="@SUM(A1)")
    answer = as_(olga).get(reverse("order_export", args=[acme.number]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text), delimiter=";")
    assert head[0] == "Nummer"
    assert row[0] == order.number
    assert "'=1+1" in row and "'@SUM(A1)" in row and "499,00" in row


@pytest.mark.parametrize(
    "written", ["00815", "1-12", "4711E5", "+49 351 7", "=1+1", "'=1", "1,23E+05", "Größe\u00a05 €"]
)
def test_a_workbook_changes_no_reference(acme, olga, as_, order, written):
    """What a spreadsheet would take for a number, a date or a formula stays text."""
    Order.objects.filter(pk=order.pk).update(reference=written)
    answer = as_(olga).get(reverse("order_export", args=[acme.number]), {"format": "xlsx"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bestellungen.xlsx"'
    head, row = cells_of(b"".join(answer.streaming_content))
    assert head[4] == ("inlineStr", "Ihr Bestellzeichen")
    assert row[4] == ("inlineStr", written)
    assert row[5] == ("n", "499") and row[0] == ("inlineStr", order.number)


def test_a_workbook_keeps_the_filter_and_stands_beside_the_csv(acme, olga, as_, order):
    text = page(as_(olga), "order_list", acme, q=order.number)
    assert f"export.csv?q={order.number}&amp;format=xlsx" in text and f'export.csv?q={order.number}"' in text
    answer = as_(olga).get(reverse("order_export", args=[acme.number]), {"format": "xlsx", "q": "gibtesnicht"})
    assert len(cells_of(b"".join(answer.streaming_content))) == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31", "10000-01-01", "2026-02-30"])
@pytest.mark.parametrize("side", ["since", "until"])
def test_days_at_the_edge_of_the_calendar_break_no_filter(acme, olga, as_, order, side, day):
    assert as_(olga).get(reverse("order_list", args=[acme.number]), {side: day}).status_code == 200
    assert as_(olga).get(reverse("access_log", args=[acme.number]), {side: day}).status_code == 200
    assert as_(olga).get(reverse("opening_list", args=[acme.number]), {side: day}).status_code == 200


def test_the_orderer_cancels_until_the_vendor_accepts(acme, ben, as_, order):
    client, url = as_(ben), reverse("order_cancel", args=[acme.number, order.pk])
    client.get(url)
    order.refresh_from_db()
    assert order.state == "received", "asking changes nothing"
    client.post(url)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert {message.to[0] for message in mail.outbox} == {ben.email, acme.email}


def test_an_accepted_order_is_not_cancelled_by_the_customer(acme, ben, admin, as_, order):
    accept(order, by=admin)
    as_(ben).post(reverse("order_cancel", args=[acme.number, order.pk]))
    order.refresh_from_db()
    assert order.state == "accepted"


def test_history_keeps_the_name_of_who_left(acme, olga, ben, as_, order):
    """Edges 44, 73."""
    ben.at[acme.number].delete()
    assert "Ben Bauer" in page(as_(olga), "order_detail", acme, order.pk).replace(order.orderer_name, "Ben Bauer")
    cancel(order, by=None, reason="Irrtum", by_customer=False)
    assert [message.to for message in mail.outbox] == [[acme.email]], "who left gets no mail"


# --- again ---


def test_again_where_nothing_changed_is_one_click(acme, ben, as_, order, article):
    client = as_(ben)
    assert "Seitdem hat sich nichts geändert" in page(client, "order_again", acme, order.pk)
    answer = client.post(reverse("order_again", args=[acme.number, order.pk]))
    assert answer.url == reverse("order_create", args=[acme.number])
    (line,) = read_cart(acme, ben).lines
    assert (line.article, line.quantity) == (article, 1)
    assert Order.objects.count() == 1, "nothing is ordered yet"


def test_the_button_leads_to_the_filled_checkout_at_once(acme, ben, as_, order, article):
    client, url = as_(ben), reverse("order_again", args=[acme.number, order.pk])
    assert client.post(url, {"mode": "direct"}).url == reverse("order_create", args=[acme.number])
    assert [(line.article, line.quantity) for line in read_cart(acme, ben).lines] == [(article, 1)]
    assert client.post(url, {"mode": "direct"}).url == url, "clicked twice it fills the cart once, and asks"
    assert [line.quantity for line in read_cart(acme, ben).lines] == [1]


def test_the_button_leads_to_the_sheet_where_something_changed(acme, ben, as_, order, article):
    article.list_price = Decimal("529.50")
    article.save()
    url = reverse("order_again", args=[acme.number, order.pk])
    assert as_(ben).post(url, {"mode": "direct"}).url == url
    assert read_cart(acme, ben).lines == []


def test_the_sheet_sums_then_and_today(acme, ben, as_, order, article):
    article.list_price = Decimal("449")
    article.save()
    order.lines.update(quantity=2, net=Decimal("998"))
    foot = tree_of(page(as_(ben), "order_again", acme, order.pk))[0].xpath("//tfoot//td")
    then, today, difference = ("".join(cell.itertext()).strip() for cell in foot)
    assert (then, today, difference) == ("998,00\xa0€", "898,00\xa0€", "−100,00\xa0€")


def test_again_shows_the_difference(acme, ben, as_, order, article):
    article.list_price = Decimal("529.50")
    article.save()
    shown = page(as_(ben), "order_again", acme, order.pk)
    assert "499,00\xa0€" in shown and "529,50\xa0€" in shown and "30,50\xa0€" in shown


def test_again_names_what_cannot_be_ordered(acme, ben, as_, order, article):
    """Edges 72, 76."""
    gone = make.OrderLineFactory(order=order, name="Formularwesen", article=None)
    client = as_(ben)
    assert "nicht mehr im Shop" in page(client, "order_again", acme, order.pk)
    answer = client.post(reverse("order_again", args=[acme.number, order.pk]), follow=True)
    assert gone.name in answer.content.decode()
    assert len(read_cart(acme, ben).lines) == 1


def test_again_with_nothing_left_to_order(acme, ben, as_, order, article):
    article.is_active = False
    article.save()
    client = as_(ben)
    assert "Keine dieser Positionen" in page(client, "order_again", acme, order.pk)
    client.post(reverse("order_again", args=[acme.number, order.pk]))
    assert read_cart(acme, ben).lines == []


@pytest.mark.parametrize("mode, quantities", [("add", [3, 1]), ("replace", [1])])
def test_again_beside_a_full_cart(mode, quantities, acme, ben, as_, order):
    other = make.ArticleFactory(fits=[acme.licences.get().product])
    put(acme, ben, Article.objects.with_prices(acme).get(pk=other.pk), 3)
    client = as_(ben)
    assert 'value="replace"' in page(client, "order_again", acme, order.pk)
    client.post(reverse("order_again", args=[acme.number, order.pk]), {"mode": mode})
    assert [line.quantity for line in read_cart(acme, ben).lines] == quantities


def test_what_is_gone_is_replaced_by_its_successor_if_that_fits(acme, ben, as_, order, article):
    """Edge 63, 72: the sheet names it, and the cart gets it."""
    new = make.ArticleFactory(name="Zusatzmodul neu", fits=[acme.licences.get().product], list_price=Decimal("550"))
    article.is_active, article.successor = False, new
    article.save()
    client, url = as_(ben), reverse("order_again", args=[acme.number, order.pk])
    html = client.get(url).content.decode()
    assert "ersetzt durch Zusatzmodul neu" in html and "51,00" in html
    client.post(url, {"mode": "add"})
    assert [line.article for line in read_cart(acme, ben).lines] == [new]
    new.fit_rows.all().delete()
    assert "ersetzt durch" not in client.get(url).content.decode()


def test_another_unit_is_a_difference(acme, ben, as_, order, article):
    """Edge 72."""
    order.lines.update(unit="Stück")
    article.unit = "Monat"
    article.save()
    assert "jetzt je Monat" in page(as_(ben), "order_again", acme, order.pk)


@pytest.mark.parametrize(
    "query, found",
    [
        ({"since": "2026-01-01", "until": "2026-01-31"}, {"JAN"}),
        ({"since": "2026-02-01"}, {"FEB"}),
        ({"until": "2026-01-31"}, {"JAN"}),
        ({"since": "bald", "until": "9999-12-31"}, {"JAN", "FEB"}),
        ({"article": "X-1"}, {"FEB"}),
    ],
)
def test_filters_by_period_and_article(acme, olga, as_, query, found):
    """Edge 78: the day ends at midnight in Berlin, not in UTC."""
    make.OrderFactory(company=acme, number="JAN", placed_at="2026-01-31T22:59:59Z")
    other = make.OrderFactory(company=acme, number="FEB", placed_at="2026-01-31T23:00:00Z")
    make.OrderLineFactory(order=other, article_number="X-1")
    html = page(as_(olga), "order_list", acme, **query)
    assert {number for number in ("JAN", "FEB") if f"{number} ·" in html} == found


def test_an_order_on_paper(acme, olga, as_, order):
    answer = as_(olga).get(reverse("order_pdf", args=[acme.number, order.pk]))
    assert answer.content.startswith(b"%PDF-") and order.number in answer["Content-Disposition"]


def test_an_imported_order_with_unknown_articles_is_shown_and_explained(acme, olga, as_):
    """Edge 76."""
    old = make.OrderFactory(company=acme, number="ALT-1")
    make.OrderLineFactory(order=old, article=None, article_number="WEG-1", name="Alte Schnittstelle")
    html = page(as_(olga), "order_detail", acme, old.pk)
    assert "Alte Schnittstelle" in html and "nicht mehr im Shop" in html
    assert as_(olga).get(reverse("order_pdf", args=[acme.number, old.pk])).status_code == 200
    assert "Keine dieser Positionen" in page(as_(olga), "order_again", acme, old.pk)
