"""axe over every page of the portal, full of the demo's rows, wide and light, narrow and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from contracts.models import Terms
from orders.models import Order
from shop.cart import put
from shop.models import Article
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "", "konto/", "konto/person/", "konto/firma/", "dokumente/", "dokumente/bedingungen/", "zugaenge/",
    "zugaenge/nutzer-hinzufuegen/", "zugaenge/{person}/", "zugaenge/{person}/lizenzinhaber/", "zugaenge/protokoll/",
    "zugaenge/pruefung/", "zugaenge/rolle-uebergeben/", "zugaenge/uebernahme/", "downloads/", "downloads/4000/",
    "downloads/1300/", "support/", "shop/", "shop/?q=nebnkosten", "shop/?q=zzzz", "shop/artikel/TSA-K10000/",
    "shop/warenkorb/", "bestellungen/", "bestellungen/neu/", "bestellungen/{order}/", "bestellungen/{order}/erneut/",
    "bestellungen/{order}/stornieren/", "konto/firmierung/", "dokumente/protokoll/",
    "dokumente/unterauftragsverarbeiter/", "dokumente/bedingungen/{terms}/vergleich/",
    "downloads/protokoll/", "downloads/paesse/", "downloads/paesse/{given}/", "downloads/paesse/neu/{release}/",
    # Outside a company.
    "/pass/", "/pass/{token}/",
    "/konto/sitzungen/", "/konto/newsletter/", "/konto/daten/", "/konto/programme/",
]  # fmt: skip


@pytest.mark.parametrize("size, scheme", [((1280, 900), "light"), ((360, 740), "dark")])
def test_no_page_breaks_a_rule_of_axe(size, scheme, demo, log_in, live_server):
    page = log_in("DOMUS_12345")
    order = Order.objects.filter(company__number="12345", state="received").first()
    article = Article.objects.fitting(order.company).with_prices(order.company).first()
    put(order.company, order.company.memberships.get(is_main_holder=True).user, article, 2)
    person = order.company.memberships.get(user__email="ben@sonnenhof.example")
    terms = Terms.objects.begun().filter(kind="AGB").order_by("-valid_from").first()
    given = order.company.download_passes.get()
    token = given.new_token()
    given.save()
    make.ChangeFactory()
    make.NameChangeFactory(company=order.company)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)
    found = []
    for path in PAGES:
        here = path.format(
            order=order.pk, person=person.pk, terms=terms.pk, given=given.pk, release=given.release_id, token=token
        )
        page.goto(live_server.url + (here if here.startswith("/") else f"/kunde/12345/{here}"))
        found += [f"{path}: {broken['id']}" for broken in Axe().run(page).response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{path}: wider than the window"] * wide
    assert found == []
