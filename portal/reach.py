"""What a switch opens at a company, in plain words: "14 contract documents since 2019". One query for all."""

from django.db.models import F, Min, Q, Subquery
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import MembershipRight
from access.rights import Right
from accounts.models import Company
from portal.lib.days import today
from portal.lib.standing import Standing
from portal.lib.tiles import CountOf


def _first_year(rows, field):
    return Subquery(rows.order_by().values("company").annotate(first=ExtractYear(Min(field))).values("first"))


def _row(company):
    at = Company(pk=company)
    documents, orders = at.documents.visible(), at.orders.all()
    return Company.objects.filter(pk=company).values(
        reach_documents=CountOf(documents.order_by().values("pk")),
        reach_documents_since=_first_year(documents, "dated_on"),
        reach_orders=CountOf(orders.order_by().values("pk")),
        reach_orders_since=_first_year(orders, "placed_at"),
        reach_products=CountOf(at.licences.running().order_by().values("product").distinct()),
        reach_people=CountOf(at.memberships.order_by().values("pk")),
        **{f"sum_{right.value}": CountOf(_having(at, right)) for right in Right},
    )


# Eleven sums: putting them together took longer than counting.
ROW = Standing(_row, company=int)


def reach_of(company):
    """Right -> sentence about what becomes visible and possible at this company; "sums": Right -> how many have it."""
    (row,) = ROW(company=company.pk)
    return _in_words(row) | {"sums": _sums(row)}


def _having(company, right):
    """As memberships.having(right), from the switches of this company: those of all others are many."""
    switched = MembershipRight.objects.in_force().filter(permission__codename=right, user=F("content_object__user"))
    switched = switched.filter(content_object__company=company).order_by().values("content_object")
    return company.memberships.filter(Q(is_holder=True) | Q(pk__in=switched)).order_by().values("pk")


def _sums(row):
    """Right -> "2 of 7": how many of the company's people have it."""
    words = _("%(count)d of %(all)d")
    return {right.value: words % {"count": row[f"sum_{right.value}"], "all": row["reach_people"]} for right in Right}


def _in_words(row):
    people, products = row["reach_people"], row["reach_products"]
    programs = ngettext(
        "downloads the programs of %(count)d product", "downloads the programs of %(count)d products", products
    )
    colleagues = ngettext("manages access of %(count)d person", "manages access of %(count)d people", people)
    return {
        Right.SHOP.value: _("orders in the shop, and sees %(orders)s") % {"orders": _orders(row)},
        Right.DOWNLOADS.value: programs % {"count": products},
        Right.CONTRACTS.value: _("reads %(documents)s") % {"documents": _documents(row)},
        Right.ACCOUNT.value: _("changes address, phone and mailbox of the company"),
        Right.ACCESS.value: colleagues % {"count": people},
    }


def _orders(row):
    if not (count := row["reach_orders"]):
        return _("no orders yet")
    return _since(ngettext("%(count)d order", "%(count)d orders", count), count, row["reach_orders_since"])


def _documents(row):
    if not (count := row["reach_documents"]):
        return _("no contract documents yet")
    words = ngettext("%(count)d contract document", "%(count)d contract documents", count)
    return _since(words, count, row["reach_documents_since"])


def _since(words, count, year):
    words = words % {"count": count}
    return _("%(things)s since %(year)d") % {"things": words, "year": year} if year < today().year else words
