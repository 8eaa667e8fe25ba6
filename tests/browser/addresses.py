"""Every page a customer can open, read from the site map, with something behind each of them."""

from decimal import Decimal

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from access.models import Membership
from accounts.models import Company, User
from contracts.models import SubProcessor
from downloads.models import ReleaseFile
from shop.models import Article
from tests import factories as make
from tests.walk.test_access_table import GET, OUTSIDE, SPACES
from tests.walk.world import build

# What the library for logins draws in the portal's frame.
OWN = ["account_email", "account_change_password", "account_reauthenticate", "mfa_index", "mfa_activate_totp"]
# What is no page of its own: files, tables, pictures, parts of a page, answers for machines.
FILES = ("_file", "_export", "_pdf", "_zip", "_xml", "_feed", "_picture", "_css")
NO_PAGE = (*FILES, "_suggest", "health", "_live", "_ready", "demo_mail")
# The same page in another state.
STATES = {
    "article_list": ["?q=nebnkosten", "?q=zzzz", "?view=tiles", "?kind=S&sort=price&price_from=1"],
    "order_list": ["?q=zzzz", "?state=received"],
    "document_list": ["?q=zzzz"],
    "people_list": ["?q=zzzz"],
    "search": ["?q=zzzz", "?q=a", "?q=a&in=documents"],
}
# As long as a field takes, without a place to break it.
WORD = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung" * 2


def every_page(company: Company) -> dict[str, str]:
    """Label -> address of each page that the licence holder of a company of the demo may look at."""
    # The demo sells the first numbers itself.
    make.ArticleFactory.reset_sequence(50000)
    holder = company.memberships.get(is_main_holder=True)
    invited: Membership = company.memberships.filter(accepted_at=None).first()
    invited.user.at = {company.number: invited}
    known = build(company, holder.user, invited.user).arguments
    inside = {"number": company.number}
    pages = {name: reverse(name, kwargs=known.get(name, {}) | inside) for name in _shown(GET)}
    pages |= {name: reverse(SPACES.get(name, name), kwargs=known.get(name, {})) for name in _shown(OUTSIDE)}
    pages |= {name: reverse(name) for name in OWN} | {"404": "/gibt-es-nicht/"}
    return pages | {name + state: pages[name] + state for name, states in STATES.items() for state in states}


def _shown(table):
    """The names of pages in a table of the walk that answer the first of the cast with a page."""
    return [name for name, answers in table.items() if answers[0] == 200 and not name.endswith(NO_PAGE)]


def lengthen(company: Company) -> None:
    """One long word for all that a customer, the ERP or staff may name, addresses as long as they get, and millions."""
    for person in User.objects.filter(memberships__company=company):
        mail = f"{'langer.name.' * 4}{person.pk}@{'hausverwaltung-' * 3}gruppe.example"
        User.objects.filter(pk=person.pk).update(first_name=WORD[:60], last_name=WORD[:60], email=mail)
    company.memberships.update(function=WORD[:80])
    company.documents.update(title=WORD[:100], file_name=WORD[:60] + ".pdf")
    money = {"net": Decimal("12345678.90"), "vat": Decimal("2345678.99")}
    company.orders.update(reference=WORD[:40], orderer_name=WORD[:100], **money)
    for order in company.orders.all():
        order.lines.update(name=WORD[:100], unit_price=Decimal("12345678.90"), net=Decimal("12345678.90"))
    company.name_changes.update(new_name=WORD[:100], asked_by_name=WORD[:60], note=WORD, reason=WORD)
    Article.objects.update(name=WORD[:100], list_price=Decimal("9876543.21"))
    ReleaseFile.objects.update(title=WORD[:80], file_name=Concat(Value(WORD[:60]), Cast("pk", TextField())))
    SubProcessor.objects.update(name=WORD[:80], purpose=WORD[:100], seat=WORD[:60])
    Company.objects.filter(pk=company.pk).update(name=WORD[:100], street=WORD[:60], city=WORD[:60])
