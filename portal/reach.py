"""What a switch opens at a company, in plain words: "14 contract documents since 2019". One query for all."""

from django.db.models import Min, Subquery
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.rights import Right
from accounts.models import Company
from portal.lib.days import today
from portal.lib.tiles import CountOf


def _first_year(rows, field):
    return Subquery(rows.order_by().values("company").annotate(first=ExtractYear(Min(field))).values("first"))


def reach_of(company):
    """Right -> sentence about what becomes visible and possible at this company."""
    documents, orders = company.documents.visible(), company.orders.all()
    row = Company.objects.filter(pk=company.pk).values(
        reach_documents=CountOf(documents.order_by().values("pk")),
        reach_documents_since=_first_year(documents, "dated_on"),
        reach_orders=CountOf(orders.order_by().values("pk")),
        reach_orders_since=_first_year(orders, "placed_at"),
        reach_products=CountOf(company.licences.running().order_by().values("product").distinct()),
        reach_people=CountOf(company.memberships.order_by().values("pk")),
    )
    return _in_words(row.get())


def _in_words(row):
    documents, orders, products, people = (
        row[f"reach_{name}"] for name in ("documents", "orders", "products", "people")
    )
    return {
        Right.SHOP.value: _("orders in the shop, and sees %(orders)s")
        % {
            "orders": _since(ngettext("%(count)d order", "%(count)d orders", orders), orders, row["reach_orders_since"])
        },
        Right.DOWNLOADS.value: ngettext(
            "downloads the programs of %(count)d product", "downloads the programs of %(count)d products", products
        )
        % {"count": products},
        Right.CONTRACTS.value: _("reads %(documents)s")
        % {
            "documents": _since(
                ngettext("%(count)d contract document", "%(count)d contract documents", documents),
                documents,
                row["reach_documents_since"],
            )
        },
        Right.ACCOUNT.value: _("changes address, phone and mailbox of the company"),
        Right.ACCESS.value: ngettext(
            "lets colleagues in and out, %(count)d today", "lets colleagues in and out, %(count)d today", people
        )
        % {"count": people},
    }


def _since(words, count, year):
    words = words % {"count": count}
    return _("%(things)s since %(year)d") % {"things": words, "year": year} if year and year < today().year else words
