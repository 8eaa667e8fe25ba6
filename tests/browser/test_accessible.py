"""axe over every page of the portal, full of the demo's rows, wide and light, narrow and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import Company, User
from contracts.models import SubProcessor, Terms
from downloads.models import ReleaseFile
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


WIDTHS = [320, 360, 640, 768, 1024, 1280]
# As long as a field takes, without a place to break it.
WORD = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung" * 2
# Off by default in axe, for it cannot read icons in letters; we have none (WCAG 2.5.3).
RULES = {"rules": {"label-content-name-mismatch": {"enabled": True}}}


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


@pytest.mark.parametrize("size, scheme", [((1280, 900), "light"), ((360, 740), "dark")])
def test_no_page_breaks_a_rule_of_axe(size, scheme, demo, log_in, live_server):
    page = log_in("DOMUS_12345")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)
    found = []
    for path, address in furnished(Company.objects.get(number="12345")):
        page.goto(live_server.url + address)
        found += [f"{path}: {broken['id']}" for broken in Axe().run(page, options=RULES).response["violations"]]
    assert found == []


@pytest.mark.parametrize("login", ["DOMUS_12345", "DOMUS_20001"])
@pytest.mark.parametrize("names", ["as they are", "long"])
def test_no_page_scrolls_sideways(login, names, demo, log_in, live_server):
    """WCAG 1.4.10, also with a name that no line holds."""
    company = Company.objects.get(number=login[-5:])
    page = log_in(login)
    addresses = list(furnished(company))
    if names == "long":
        lengthen(company)
    found = []
    for path, address in addresses:
        page.goto(live_server.url + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{path}: {wide} at {width}"] * (wide > width)
    assert found == []


def lengthen(company):
    """One long word for everything that a customer, the ERP or staff may name."""
    people = User.objects.filter(memberships__company=company)
    people.update(first_name=WORD[:60], last_name=WORD[:60])
    company.memberships.update(function=WORD[:80])
    company.documents.update(title=WORD[:100], file_name=WORD[:60] + ".pdf")
    company.orders.update(reference=WORD[:40], orderer_name=WORD[:100])
    company.name_changes.update(new_name=WORD[:100], asked_by_name=WORD[:60], note=WORD, reason=WORD)
    Article.objects.update(name=WORD[:100])
    ReleaseFile.objects.update(title=WORD[:80])
    SubProcessor.objects.update(name=WORD[:80], purpose=WORD[:100], seat=WORD[:60])
    Company.objects.filter(pk=company.pk).update(name=WORD[:100], street=WORD[:60], city=WORD[:60])
