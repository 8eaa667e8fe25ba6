"""Our rows as rows of the ERP's tables; nobody else's than what the portal holds now."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, TextField, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from access.erp import AUTHORISED_PEOPLE, RIGHTS
from access.models import Membership
from accounts.erp import COUNTRIES, CUSTOMERS
from accounts.models import Company
from contracts.erp import DOCUMENTS, LICENCES, PRODUCTS
from contracts.models import Document, Licence, Product, Terms
from downloads.erp import RELEASES
from downloads.models import ReleaseFile
from orders.erp import ORDER_LINES, ORDERS
from orders.handover import LETTERS
from orders.models import Order, OrderLine
from shop.erp import ARTICLES, PRICES
from shop.models import Article, Price

from .cells import As, FileOf, Out, ledger

CHUNK = 2000
SALUTATIONS = {"": "", "mr": "Herr", "ms": "Frau"}
KINDS = ("AB", "RE", "SPV", "UPV", "AVV", "AGB")
Rows = Iterator[dict[str, Any]]


def companies() -> Rows:
    main = Membership.objects.filter(is_main_holder=True).select_related("user")
    found = Company.objects.order_by("number").prefetch_related(Prefetch("memberships", main, to_attr="main"))
    names = ["number", "name", "name_extra", "street", "postal_code", "city", "phone", "email", "vat_id", "is_blocked"]
    for row in found.iterator(CHUNK):
        holder = row.main[0].user if row.main else None
        yield {name: getattr(row, name) for name in [*names, "customer_since"]} | {
            "country": str(row.country),
            "salutation": holder.salutation if holder else "",
            "first_name": holder.first_name if holder else "",
            "last_name": holder.last_name if holder else "",
            "holder_email": (holder.email or "").lower() if holder else "",
        }


def people() -> Rows:
    # The main holder stands in the table of customers, and here only where the ERP says so too.
    key = Concat("company__number", Value("\x1f"), Lower("user__email"), output_field=TextField())
    told = ledger().filter(table=AUTHORISED_PEOPLE.file, key=OuterRef("key"))
    found = Membership.objects.exclude(accepted_at=None).exclude(user__email=None).alias(key=key)
    found = (
        found.filter(Q(is_main_holder=False) | Exists(told))
        .select_related("company", "user")
        .prefetch_related("rights__permission")
    )
    for row in found.order_by("company__number", "pk").iterator(CHUNK):
        user = row.user
        granted = frozenset(one.permission.codename for one in row.rights.all())
        yield {
            "customer": row.company.number,
            # The ERP's table tells these only of somebody new; from then on they are the person's own.
            "salutation": As(SALUTATIONS.get(user.salutation, "")),
            "first_name": As(user.first_name),
            "last_name": As(user.last_name),
            "phone": As(user.phone),
            "email": user.email.lower(),
            "rights": As(",".join(RIGHTS)) if row.is_holder else granted,
            "ends_on": As("") if row.is_holder else row.ends_on,
        }


def products() -> Rows:
    yield from Product.objects.order_by("number").values("number", "name", "tagline", "is_active").iterator(CHUNK)


def releases() -> Rows:
    found = ReleaseFile.objects.select_related("release__product")
    said = _said_of_versions()
    for row in found.order_by("release__product__number", "release__released_on", "pk").iterator(CHUNK):
        release = row.release
        # The ERP tells a version once per program, and not always the same; of these one is ours.
        dates, notes = said.get((release.product.number, release.version), ((), ()))
        yield {
            "product": release.product.number,
            "version": release.version,
            "released_on": As(release.released_on)
            if f"{release.released_on:%d.%m.%Y}" in dates
            else release.released_on,
            "title": row.title,
            "platform": row.platform,
            "source": FileOf(row.file_name, row.file, row.sha256),
            "notes": As(release.notes) if release.notes in notes else release.notes,
            "is_withdrawn": release.withdrawn_on is not None,
            "withdrawn_reason": release.withdrawn_reason,
            "is_security": release.is_security,
            "supported_until": release.supported_until,
        }


def _said_of_versions() -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """(product, version) -> (dates, notes) as the ERP's rows have them."""
    said: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for row in ledger().filter(table=RELEASES.file).values_list("said", flat=True).iterator(CHUNK):
        dates, notes = said.setdefault((row["ProdNr"], row["Version"]), (set(), set()))
        dates.add(row["Datum"])
        notes.add(row["Hinweise"])
    return said


def licences() -> Rows:
    found = Licence.objects.select_related("company", "product").prefetch_related("maintenance")
    for row in found.order_by("number").iterator(CHUNK):
        # The ERP tells one period, which begins with the licence; others are staff's own.
        told = [one for one in row.maintenance.all() if one.starts_on in (None, row.starts_on)]
        period = max(told, key=lambda one: (one.ends_on is None, one.ends_on), default=None)
        yield {
            "number": row.number,
            "customer": row.company.number,
            "product": row.product.number,
            "seats": row.seats,
            "starts_on": row.starts_on,
            "kind": row.kind,
            "ends_on": row.ends_on if row.kind == Licence.Kind.RENTED else As(""),
            "maintenance": period.kind if period else "",
            "maintained_until": period.ends_on if period else As(""),
        }


def articles() -> Rows:
    found = Article.objects.select_related("category", "grants").prefetch_related("fits").order_by("number")
    names = ["number", "name", "description", "kind", "list_price", "vat_rate", "unit", "is_active"]
    names += ["period_months", "min_periods", "max_periods"]
    for row in found.iterator(CHUNK):
        yield {name: getattr(row, name) for name in names} | {
            "category": row.category.path if row.category else "",
            "fits": frozenset(product.number for product in row.fits.all()),
            "grants": row.grants.number if row.grants else "",
        }


def prices() -> Rows:
    found = Price.objects.filter(valid_from=None, valid_until=None).select_related("article", "company")
    for row in found.order_by("article__number", "company__number", "from_quantity").iterator(CHUNK):
        yield {
            "article": row.article.number,
            "customer": row.company.number if row.company else "",
            "from_quantity": row.from_quantity,
            "net": row.net,
        }


def documents() -> Rows:
    seen = set()
    for terms in Terms.objects.order_by("number", "-valid_from").iterator(CHUNK):
        if terms.number not in seen:
            seen.add(terms.number)
            yield _document(terms, "", terms.valid_from)
    found = Document.objects.filter(replaced_by=None, deleted_at=None, recalled_at=None, kind__in=KINDS)
    for row in found.select_related("company").order_by("number").iterator(CHUNK):
        yield _document(row, row.company.number, row.dated_on)


def _document(row: Any, customer: str, day: Any) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in ("number", "kind", "title")}
    return named | {"customer": customer, "dated_on": day, "source": FileOf(row.file_name, row.file, row.sha256)}


def orders() -> Rows:
    found = Order.objects.filter(state__in=LETTERS).select_related("company", "ordered_by")
    for row in found.order_by("placed_at", "number").iterator(CHUNK):
        yield {
            "number": row.number,
            "customer": row.company.number,
            "placed_on": timezone.localtime(row.placed_at).date(),
            "state": row.state,
            "orderer": (row.ordered_by.email or "").lower() if row.ordered_by else As(""),
            "reference": row.reference,
        }


def lines() -> Rows:
    found = OrderLine.objects.filter(order__state__in=LETTERS).select_related("order")
    for row in found.order_by("order__placed_at", "order__number", "position").iterator(CHUNK):
        yield {
            "order_number": row.order.number,
            "position": row.position,
            "article": row.article_number,
            "name": row.name,
            "quantity": row.quantity,
            "unit_price": row.unit_price,
            "vat_rate": row.vat_rate,
            "period_months": row.period_months,
            "periods": row.periods,
        }


def _as_handed_over(read: str, value: str, row: dict[str, Any]) -> bool:
    """The ERP's letters know fewer signs: what it was told is our own word."""
    return read in (value, value.encode("cp1252", "replace").decode("cp1252"))


def _all_of(read: str, value: Any, row: dict[str, Any]) -> bool:
    return frozenset(filter(None, read.split(","))) == value


OUT = [
    Out(CUSTOMERS, companies, words={"country": {ours: said for said, ours in COUNTRIES.items()},
                                     "salutation": SALUTATIONS}),
    Out(AUTHORISED_PEOPLE, people, words={"rights": {right.value: word for word, right in RIGHTS.items()}},
        same={"rights": _all_of}),
    Out(PRODUCTS, products),
    Out(RELEASES, releases),
    Out(LICENCES, licences),
    Out(ARTICLES, articles, same={
        "fits": _all_of,
        "min_periods": lambda read, value, row: (read or 1) == value,
        "max_periods": lambda read, value, row: (read or row["min_periods"]) == value,
    }),
    Out(PRICES, prices),
    Out(DOCUMENTS, documents),
    Out(ORDERS, orders, words={"state": LETTERS}, same={"reference": _as_handed_over}),
    Out(ORDER_LINES, lines, same={"article": _as_handed_over, "name": _as_handed_over}),
]  # fmt: skip
