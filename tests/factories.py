"""Rows for tests. Each factory gives the least that is valid; a test names what it is about."""

import datetime as dt
import hashlib
from decimal import Decimal

import factory
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone

from access.models import Membership
from access.store import set_rights
from accounts.models import Company, NameChange, NewsletterConsent, User
from contracts.models import (
    Document,
    ElectronicInvoice,
    Licence,
    Maintenance,
    Product,
    SubProcessor,
    SubProcessorChange,
    Terms,
)
from downloads.models import Download, DownloadPass, Release, ReleaseFile
from orders.models import Order, OrderLine
from portal.lib.days import today
from shop.models import Article, Category, Price, TrainingDate

PASSWORD = "Sonnenhof-2026!"
_OBJECTS = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
]


def _pdf():
    """The least that is a PDF with a page."""
    text, starts = b"%PDF-1.7\n", []
    for number, content in enumerate(_OBJECTS, 1):
        starts.append(len(text))
        text += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return text + table + b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n%d\n" % len(text) + b"%%EOF\n"


PDF = _pdf()
# Hashed once: the tests are about the portal, not about Argon2.
HASH = make_password(PASSWORD, hasher="pbkdf2_sha256")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    first_name = "Erika"
    last_name = factory.Sequence(lambda n: f"Muster{n}")
    email = factory.LazyAttribute(lambda u: f"{u.first_name}.{u.last_name}@firma.example".lower())
    password = HASH


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company

    number = factory.Sequence(lambda n: str(70001 + n))
    name = factory.LazyAttribute(lambda c: f"Hausverwaltung {c.number} GmbH")
    street = "Lindenallee 1"
    postal_code = "80331"
    city = "München"
    email = factory.LazyAttribute(lambda c: f"info@{c.number}.example")


class NameChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NameChange

    company = factory.SubFactory(CompanyFactory)
    asked_by_name = "Erika Muster"
    old_name = factory.LazyAttribute(lambda c: c.company.name)
    new_name = "Neue Verwaltung GmbH"
    new_seat = "Augsburg"
    effective_on = dt.date(2026, 1, 1)
    file = factory.LazyFunction(lambda: ContentFile(PDF, name="auszug.pdf"))
    file_name = "Auszug.pdf"
    size = len(PDF)
    sha256 = hashlib.sha256(PDF).hexdigest()


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NewsletterConsent

    user = factory.SubFactory(UserFactory)
    email = factory.LazyAttribute(lambda c: c.user.email)
    wording = "Ja, bitte."
    wording_version = "2026-11"
    mailed_at = factory.LazyFunction(timezone.now)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership
        skip_postgeneration_save = True

    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    accepted_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def rights(self, create, extracted, **kwargs):
        if extracted:
            set_rights(self, extracted)


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product
        django_get_or_create = ["number"]

    number = "4000"
    name = "DOMUS 4000"


class LicenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Licence

    number = factory.Sequence(lambda n: f"L-{n}")
    company = factory.SubFactory(CompanyFactory)
    product = factory.SubFactory(ProductFactory)
    starts_on = dt.date(2020, 1, 1)


class MaintenanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Maintenance

    licence = factory.SubFactory(LicenceFactory)


class StoredFactory(factory.django.DjangoModelFactory):
    """A row with a real file in storage."""

    class Meta:
        abstract = True

    class Params:
        content = PDF

    file_name = "Datei.pdf"
    file = factory.LazyAttribute(lambda o: ContentFile(o.content, name=o.file_name))
    size = factory.LazyAttribute(lambda o: len(o.content))
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.content).hexdigest())


class DocumentFactory(StoredFactory):
    class Meta:
        model = Document

    company = factory.SubFactory(CompanyFactory)
    number = factory.Sequence(lambda n: f"AB-{n}")
    kind = Document.Kind.ORDER_CONFIRMATION
    title = factory.LazyAttribute(lambda d: f"Auftragsbestätigung {d.number}")


class InvoiceFactory(DocumentFactory):
    """An invoice whose XML was read: 178.50 euro gross."""

    class Meta:
        skip_postgeneration_save = True

    kind = Document.Kind.INVOICE
    number = factory.Sequence(lambda n: f"RE-{n}")
    title = factory.LazyAttribute(lambda d: f"Rechnung {d.number}")

    @factory.post_generation
    def electronic(document, create, extracted, **figures):
        amounts = {"net": Decimal("150.00"), "tax": Decimal("28.50"), "gross": Decimal("178.50")}
        ElectronicInvoice.objects.create(
            document=document, form="inside", due_on=document.dated_on, due=amounts["gross"], **amounts | figures,
            xml=ContentFile(b"<x/>", name="invoice.xml"), sha256=hashlib.sha256(b"<x/>").hexdigest(),
        )  # fmt: skip


class TermsFactory(StoredFactory):
    class Meta:
        model = Terms

    number = factory.Sequence(lambda n: f"T-{n}")
    kind = Terms.Kind.AGB
    title = "AGB der TSA Solution GmbH"
    valid_from = dt.date(2026, 1, 1)


class ReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Release

    product = factory.SubFactory(ProductFactory)
    version = factory.Sequence(lambda n: f"24.{n}.0")
    released_on = dt.date(2026, 9, 1)


class ReleaseFileFactory(StoredFactory):
    class Meta:
        model = ReleaseFile

    class Params:
        content = b"PK\x03\x04 a program" * 1000

    release = factory.SubFactory(ReleaseFactory)
    title = "DOMUS 4000 Setup"
    platform = "Windows 64 Bit"
    file_name = factory.LazyAttribute(lambda f: f"4000-{f.release.version}-setup.zip")


class DownloadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Download

    file = factory.SubFactory(ReleaseFileFactory)


class PassFactory(factory.django.DjangoModelFactory):
    """A pass for three days and three downloads."""

    class Meta:
        model = DownloadPass

    company = factory.SubFactory(CompanyFactory)
    release = factory.SubFactory(ReleaseFactory)
    name = "Timo Techniker"
    email = "timo@it.example"
    max_downloads = 3
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=3))
    token_hash = factory.Sequence(lambda n: f"{n:064}")


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ["path"]

    path = "Software/Kauf"
    name = factory.LazyAttribute(lambda c: c.path.rsplit("/", 1)[-1])


class ArticleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Article
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"TSA-K{10000 + n}")
    name = "Zusatzmodul Nebenkostenabrechnung"
    kind = Article.Kind.SOFTWARE
    category = factory.SubFactory(CategoryFactory)
    list_price = Decimal("499.00")

    @factory.post_generation
    def fits(self, create, extracted, **kwargs):
        self.fits.set(extracted or [])


class PriceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Price

    article = factory.SubFactory(ArticleFactory)
    net = Decimal("399.00")


class TrainingDateFactory(factory.django.DjangoModelFactory):
    """A date in thirty days with eight seats, to be cancelled until a week before."""

    class Meta:
        model = TrainingDate

    article = factory.SubFactory(ArticleFactory, kind=Article.Kind.TRAINING)
    starts_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=30))
    ends_at = factory.LazyAttribute(lambda d: d.starts_at + dt.timedelta(hours=6))
    place = "online"
    seats = 8
    cancel_until = factory.LazyAttribute(lambda d: timezone.localdate(d.starts_at) - dt.timedelta(days=7))


class OrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Order

    number = factory.Sequence(lambda n: f"A{500000 + n}")
    company = factory.SubFactory(CompanyFactory)
    orderer_name = "Ben Bauer"
    net = Decimal("499.00")
    vat = Decimal("94.81")


class OrderLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    position = factory.Sequence(lambda n: n + 1)
    article_number = "TSA-K10014"
    name = "Zusatzmodul Nebenkostenabrechnung"
    unit = "Stück"
    quantity = 1
    unit_price = Decimal("499.00")
    vat_rate = Decimal("19.0")
    net = Decimal("499.00")


class SubProcessorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SubProcessor

    name = "Rechenzentrum Süd GmbH"
    seat = "Nürnberg"
    purpose = "Betrieb der Server"
    since = dt.date(2024, 1, 1)


class ChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SubProcessorChange

    processor = factory.SubFactory(
        SubProcessorFactory, name="Postversand AG", since=factory.LazyFunction(lambda: today() + dt.timedelta(days=60))
    )
    objection_until = factory.LazyFunction(lambda: today() + dt.timedelta(days=20))
