"""The first tab: what waits for this customer, the latest orders, licences along the years, notes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import AccessRequest, TakeOver
from accounts.models import Company, NameChange, User
from contracts.models import Objection
from downloads.axis import picture_of
from downloads.holdings import holding_of, licences_of
from orders.models import Order
from portal.lib.days import today

from .documents import SEND
from .notes import NoteForm, notes_of
from .orders import latest
from .page import StaffRequest, customer_page

LATEST = 4
# Of so many of the newest orders the confirmation can be sent once more from here.
CONFIRMED = 12
MOST = 6


@dataclass(frozen=True)
class Kind:
    """What may wait: rows(company), the moment since when, what the row is called, its page, the permission for it."""

    title: str | Promise
    button: str | Promise
    rows: Callable[[Company], QuerySet[Any]]
    since: str
    about: str
    page: str
    needs: str


@dataclass(frozen=True)
class Waiting:
    """One thing that waits, with the button that leads to it."""

    title: str | Promise
    button: str | Promise
    about: str
    since: datetime | None
    url: str


def _orders_in(*states: str) -> Callable[[Company], QuerySet[Any]]:
    return lambda company: Order.objects.filter(company=company, state__in=states)


KINDS = [
    Kind(
        _("Accept an order"), _("Decide"), _orders_in(Order.State.RECEIVED), "placed_at", "number",
        "orders_order_decide", "orders.change_order",
    ),
    Kind(
        _("An order waits for approval at the customer"), _("Look"), _orders_in(Order.State.WAITING), "placed_at",
        "number", "orders_order_change", "orders.view_order",
    ),
    Kind(
        _("The customer has not answered our offer"), _("Look"), _orders_in(Order.State.OFFERED), "placed_at",
        "number", "orders_order_decide", "orders.change_order",
    ),
    Kind(
        _("Change of company name"), _("Decide"), lambda company: NameChange.objects.waiting().filter(company=company),
        "asked_at", "new_name", "accounts_namechange_decide", "accounts.change_namechange",
    ),
    Kind(
        _("Somebody asks for access"), _("Look"),
        lambda company: AccessRequest.objects.filter(membership__company=company, answered_at=None), "created_at",
        "membership__user__email", "access_accessrequest_change", "access.change_accessrequest",
    ),
    Kind(
        _("Take-over of the role"), _("Look"),
        lambda company: TakeOver.objects.filter(company=company, state=TakeOver.State.WAITING), "started_at", "name",
        "access_takeover_change", "access.change_takeover",
    ),
    Kind(
        _("Objection to a sub-processor"), _("Decide"),
        lambda company: Objection.objects.filter(company=company, state=Objection.State.WAITING), "sent_at", "name",
        "contracts_objection_decide", "contracts.change_objection",
    ),
]  # fmt: skip


@customer_page("customer")
def overview(request: StaffRequest, company: Company) -> dict[str, Any]:
    user = request.user
    context: dict[str, Any] = {"waiting": waiting_at(company, user)}
    if user.has_perm("orders.view_order"):
        newest = list(latest(company)[:CONFIRMED])
        context["orders"] = newest[:LATEST]
        if user.has_perms(["contracts.view_document", SEND]):
            context["papers"] = [order for order in newest if order.confirmation]
    if user.has_perm("contracts.view_licence"):
        context["picture"] = picture_of([holding_of(licence) for licence in licences_of(company)[:MOST]])
    context["today"] = today()
    if user.has_perm("accounts.view_companynote"):
        context |= {"notes": notes_of(company, user), "note_form": NoteForm()}
        context["may_note"] = user.has_perm("accounts.add_companynote")
    return context


def waiting_at(company: Company, user: User) -> list[Waiting]:
    """What waits for this customer and this person may see to, oldest first. One query."""
    mine = [kind for kind in KINDS if user.has_perm(kind.needs)]
    if not mine:
        return []
    first, *others = (_rows(number, kind, company) for number, kind in enumerate(mine))
    found = sorted(first.union(*others, all=True), key=lambda row: row[2])
    return [_waiting(mine[number], pk, since, about) for number, pk, since, about in found]


def _rows(number: int, kind: Kind, company: Company) -> QuerySet[Any]:
    rows = kind.rows(company).select_related(None).order_by(kind.since)
    columns = {
        "_kind": Value(number),
        "_id": Cast(F("pk"), CharField()),
        "_since": Cast(F(kind.since), DateTimeField()),
        "_about": Cast(F(kind.about), CharField()),
    }
    return rows.annotate(**columns).values_list(*columns)[:MOST]


def _waiting(kind: Kind, pk: str, since: datetime, about: str) -> Waiting:
    return Waiting(kind.title, kind.button, about or "", since, reverse(f"admin:{kind.page}", args=[pk]))
