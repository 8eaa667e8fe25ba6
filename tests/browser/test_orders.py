"""From the cart to the licence under Downloads: ordered, approved, accepted in the admin, delivered, confirmed."""

import re
from decimal import Decimal

import pytest
from django.conf import settings as conf
from playwright.sync_api import expect

from access.models import Membership
from contracts.models import Document
from orders import tasks
from orders.models import Order
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_whole_story(visit, acme, olga, ben, admin, as_, live_server):
    crm = make.ProductFactory(number="8000", name="DOMUS CRM")
    make.ReleaseFileFactory(release=make.ReleaseFactory(product=crm, version="26.1"))
    product = acme.licences.get().product
    make.ArticleFactory(
        name="DOMUS CRM Einzelplatz", number="TSA-CRM", fits=[product], grants=crm, list_price=Decimal("900")
    )
    make.TermsFactory()
    Membership.objects.filter(user=ben).update(order_limit=500)

    # Ben orders above his limit.
    page = visit(ben, "/kunde/12345/shop/artikel/TSA-CRM/")
    page.get_by_role("button", name=re.compile("Warenkorb")).first.click()
    page.goto(f"{live_server.url}/kunde/12345/bestellungen/neu/")
    page.get_by_label("Ihr Bestellzeichen").fill("B-2026-17")
    page.get_by_label(re.compile("AGB")).check()
    expect(page.get_by_text("Über Ihrer Grenze von 500,00")).to_be_visible()
    page.get_by_role("button", name="Zur Freigabe vorlegen").click()
    expect(page.get_by_text("wartet auf Freigabe").first).to_be_visible()
    order = Order.objects.get()

    # Olga approves from the page the mail leads to.
    holder = visit(olga, f"/kunde/12345/bestellungen/{order.pk}/")
    holder.get_by_role("button", name="Freigeben").click()
    expect(holder.get_by_text("Die Bestellung wurde freigegeben.")).to_be_visible()

    # The vendor accepts, line by line.
    staff = visit(admin, f"/admin/orders/order/{order.pk}/decide/")
    staff.get_by_role("button", name="Entscheidungen speichern").click()
    expect(staff.get_by_text(f"{order.number}: erfüllt")).to_be_visible()

    # At once: the program under Downloads, the history on the order, the paper under the documents.
    holder.goto(f"{live_server.url}/kunde/12345/downloads/")
    holder.get_by_role("link", name="DOMUS CRM").first.click()
    expect(holder.get_by_text("26.1").first).to_be_visible()
    tasks.make_confirmation.func(order=str(order.pk))
    holder.goto(f"{live_server.url}/kunde/12345/bestellungen/{order.pk}/")
    expect(holder.get_by_text("Alles ist geliefert.")).to_be_visible()
    expect(holder.get_by_role("link", name=f"AB-{order.number}")).to_be_visible()
    paper = Document.objects.get(number=f"AB-{order.number}")
    answer = as_(olga).get(f"/kunde/12345/dokumente/{paper.pk}/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert acme.licences.get(product=crm).number == f"L-{order.number}-1"
    assert conf.BRAND["seller_prefix"] in order.number


def test_the_list_is_filtered_drawn_and_ordered_again(visit, acme, olga, ben, live_server):
    make.TermsFactory()
    article = make.ArticleFactory(fits=[acme.licences.get().product])
    same = {"name": article.name, "unit_price": article.list_price, "unit": article.unit}
    for year, net in ((2024, 100), (2025, 300)):
        order = make.OrderFactory(
            company=acme, number=f"A-{year}", net=net, state="fulfilled", placed_at=f"{year}-06-01T10:00:00Z"
        )
        make.OrderLineFactory(order=order, article=article, article_number=article.number, **same)
    page = visit(olga, "/kunde/12345/bestellungen/")
    page.get_by_text("Als Tabelle").click()
    chart = page.get_by_role("table", name="Bestellt je Jahr, Euro netto")
    expect(chart.get_by_role("row").filter(has_text="2025")).to_contain_text("300,00")
    page.get_by_role("link", name=re.compile("2024$")).click()
    expect(page.get_by_text("A-2024 ·")).to_be_visible()
    expect(page.get_by_text("A-2025 ·")).to_have_count(0)
    expect(page.locator("#chart-sum")).to_contain_text("100,00 € netto im Jahr 2024")
    page.get_by_text("Eingrenzen").click()
    page.get_by_label("Jahr", exact=True).select_option(label="Alle Jahre")
    expect(page.get_by_text("A-2025 ·")).to_be_visible()
    page.get_by_role("button", name="Bestellung A-2024 erneut bestellen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prüfen und bestellen")
