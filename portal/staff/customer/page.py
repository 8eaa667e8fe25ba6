"""What all tabs of a customer's page share: who may open them, the head above them, the pages of long lists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Company, User

from .head import head_of, read_company

PER_PAGE = 25
# Who wants to go further back narrows the list down; nobody turns a thousand pages at the telephone.
LAST_PAGE = 40
LOOK = "accounts.view_company"


@dataclass(frozen=True)
class Tab:
    """name: of its address and template; needs: the permission beside the one to see customers at all."""

    name: str
    title: str | Promise
    needs: str


TABS = [
    Tab("customer", _("Overview"), LOOK),
    Tab("customer_people", _("People"), "access.view_membership"),
    Tab("customer_licences", _("Licences and maintenance"), "contracts.view_licence"),
    Tab("customer_orders", _("Orders"), "orders.view_order"),
    Tab("customer_documents", _("Documents"), "contracts.view_document"),
    Tab("customer_downloads", _("Downloads"), "downloads.view_download"),
    Tab("customer_log", pgettext_lazy("tab", "Log"), "access.view_accessevent"),
    Tab("customer_mails", _("Mails"), "portal.view_mailhandover"),
]


class StaffRequest(HttpRequest):
    """A request behind the admin's own door."""

    user: User


View = Callable[..., dict[str, Any] | HttpResponse]


def customer_page(tab: str, *needs: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """For a view (request, company) of a tab or of a page below it: gives what its template shows, or an answer.

    needs: more permissions than the tab's own. Raises Http404 for a customer that does not exist, PermissionDenied.
    """
    (belongs,) = (one for one in TABS if one.name == tab)

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: StaffRequest, pk: int, **more: Any) -> HttpResponse:
            if not request.user.has_perms([LOOK, belongs.needs, *needs]):
                raise PermissionDenied
            company = read_company(pk)
            if company is None:
                raise Http404
            answer = view(request, company, **more)
            return answer if isinstance(answer, HttpResponse) else show(request, company, tab, view.__name__, answer)

        return guarded

    return wrap


def show(request: StaffRequest, company: Company, tab: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page below the customer's head; template: its name below templates/admin/customer."""
    tabs = [one for one in TABS if request.user.has_perm(one.needs)]
    frame = {**admin.site.each_context(request), "title": company.name, "tabs": tabs, "tab": tab, "company": company}
    frame["head"] = head_of(company, request.user)
    status = context.pop("status", 200)
    return render(request, f"admin/customer/{template}.html", {**frame, **context}, status=status)


def back(company: Company, tab: str = "customer") -> HttpResponse:
    """To a tab, after something was done."""
    return redirect(reverse(f"admin:{tab}", args=[company.pk]))


@dataclass
class Pages:
    """One page of a long list, read without counting the rest."""

    rows: list[Any]
    number: int
    has_next: bool
    previous: int = field(init=False)
    next: int = field(init=False)

    def __post_init__(self) -> None:
        self.previous, self.next = self.number - 1, self.number + 1


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Pages:
    """The page that is asked for by "page"; anything else than a number counts as the first."""
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() and len(asked) < 6 else 1
    start = (number - 1) * PER_PAGE
    found = list(rows[start : start + PER_PAGE + 1])
    return Pages(found[:PER_PAGE], number, len(found) > PER_PAGE and number < LAST_PAGE)
