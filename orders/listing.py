"""The list of orders a page at a time: every page, the last one too, costs what the first one costs."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet, Value

from accounts.models import Company, User
from portal.lib.searching import IsAnyOf
from portal.lib.standing import Standing

from .forms import OrderFilter
from .models import Order

ON_A_PAGE = 25


def _rows(may_approve: bool, ids: list[UUID], user: int) -> QuerySet[Order]:
    rows = Order.objects.filter(IsAnyOf(F("pk"), Value([*ids])))
    return rows.with_group(User(pk=user), may_approve=may_approve).with_what().newest_first()


def _first(company: int) -> QuerySet[Order, UUID]:
    return Order.objects.filter(company=company).newest_first().values_list("pk", flat=True)[:ON_A_PAGE]


# What a row shows, of the few on a page; the list itself is asked for keys alone.
ROWS = Standing(_rows, ids=list, user=int)
# The page that is opened most: the first one of all orders.
FIRST = Standing(_first, company=int)


class OrderPages(Paginator):
    """Pages of what a filter finds of a company's orders, with what a row shows; count: how many they are."""

    def __init__(self, company: Company, form: OrderFilter, *, count: int) -> None:
        super().__init__(company.orders.none(), ON_A_PAGE)
        self.company, self.form = company, form
        # Before anybody asks: the paginator would count them all.
        self.count = count  # type: ignore[misc]

    def page(self, number: Any) -> Page[Order]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        ids = self._keys(start, min(start + self.per_page, self.count))
        rows = ROWS(self.form.may_approve, ids=ids, user=self.form.person.pk) if ids else []
        return self._get_page(rows, number, self)

    def _keys(self, start: int, end: int) -> list[UUID]:
        """Of the nearer end: the database walks past what comes before."""
        if start == 0 and self.form.is_whole:
            return FIRST(company=self.company.pk)
        keys = self.form.narrowed(self.form.found(self.company.orders)).newest_first().values_list("pk", flat=True)
        if start <= self.count // 2:
            return list(keys[start:end])
        return list(keys.reverse()[self.count - end : self.count - start])
