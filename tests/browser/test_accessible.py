"""axe over every page of the portal, full of the demo's rows, wide and light, narrow and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import Company
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

# Off by default in axe, for it cannot read icons in letters; we have none (WCAG 2.5.3). Style sheets are not loaded
# once more by script: that is for a rule about turned phones, and a page of ours turns nothing.
RULES = {"rules": {"label-content-name-mismatch": {"enabled": True}}, "preload": False}
# What another width and other colours can break; all else is the same page.
LOOKS = {
    "runOnly": ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"],
    "preload": False,
}


def furnished(company):
    """The addresses of PAGES for a company of the demo, with something behind each of them."""
    order = Order.objects.filter(company=company, state="received").first() or make.OrderFactory(company=company)
    holder = company.memberships.get(is_main_holder=True).user
    put(company, holder, Article.objects.fitting(company).with_prices(company).first(), 2)
    person = company.memberships.exclude(user=holder).exclude(accepted_at=None).first()
    terms = Terms.objects.begun().filter(kind="AGB").order_by("-valid_from").first()
    release = company.licences.first().product.releases.first()
    given = company.download_passes.first() or make.PassFactory(company=company, given_by=holder, release=release)
    token = given.new_token()
    given.save()
    make.ChangeFactory()
    make.NameChangeFactory(company=company)
    known = {"order": order.pk, "person": person.pk, "terms": terms.pk, "given": given.pk, "token": token}
    for path in PAGES:
        here = path.format(release=given.release_id, **known)
        yield path, here if here.startswith("/") else f"/kunde/{company.number}/{here}"


def broken(page, rules):
    return {rule["id"] for rule in Axe().run(page, options=rules).response["violations"]}


def test_no_page_breaks_a_rule_of_axe(demo, log_in, live_server):
    page = log_in("DOMUS_12345")
    found = []
    for path, address in furnished(Company.objects.get(number="12345")):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(live_server.url + address)
        found += [f"{path}: {rule}" for rule in broken(page, RULES)]
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="dark")
        # Anew: colours on their way from light to dark are nobody's.
        page.goto(live_server.url + address)
        found += [f"{path}, narrow and dark: {rule}" for rule in broken(page, LOOKS)]
    assert found == [], "\n".join(found)
