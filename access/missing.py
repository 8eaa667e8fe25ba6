"""A row that was there when the page was drawn and is not any more: another device, another tab, a colleague."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.lib.refusals import Refused

Row = TypeVar("Row", bound=Model)


class Missing(Refused):
    """The row is not there; page: the URL name of the page it would stand on, args: that page's own.

    On a page of a company its number comes first by itself.
    """

    def __init__(self, page: str, sentence: str, *args: Any) -> None:
        super().__init__(sentence)
        self.page, self.page_args = page, args


def still_there(rows: "QuerySet[Row]", page: str, sentence: str, *args: Any, **lookup: Any) -> Row:
    """The one row that matches. Raises Missing, alike for what was deleted, is foreign or never was (ASVS 8.2.2)."""
    row = rows.filter(**lookup).first()
    if row is None:
        raise Missing(page, sentence, *args)
    return row


def or_back(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that leads to the page of a missing row, with the sentence on it."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Missing as missing:
            messages.warning(request, str(missing))
            company = getattr(request, "company", None)
            return redirect(missing.page, *([company.number] if company else []), *missing.page_args)

    return told
