"""The JSON interface for the vendor's ERP: pull orders by cursor, push states and papers. Described by OpenAPI."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Annotated

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.exceptions import ValidationError as Unfit
from django.db import transaction
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import Field, File, Form, Header, NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.security import HttpBearer

import portal.lib.addresses  # noqa: F401 - teaches Django what {number:...} is
from contracts.filing import file_document
from contracts.models import Document
from portal.lib.answers import DATABASE_BACK_IN
from portal.lib.database import TROUBLES, trouble_of
from portal.lib.signs import place_of_hidden
from portal.lib.uploads import MEGABYTE, SCANNER_AWAY, check_pdf

from .api_fields import JsonParser, Line, PaperNumber
from .feed import events_after
from .models import ErpCall, ErpToken, Order
from .states import OrderRefused, accept, cancel, fulfil

LARGEST_PAPER = 20 * MEGABYTE
LARGEST_ID = 2**63 - 1
LARGEST_POSITION = 2**15 - 1
Scope = ErpToken.Scope
STATES = (
    "received; offered: some lines were declined and the customer is asked about the rest, nothing is delivered yet; "
    "accepted; partly: accepted without the declined lines; fulfilled; cancelled."
)


class Token(HttpBearer):
    """Authorization: Bearer <key>; the row of the key stands on the request."""

    openapi_description = "A key made in the portal's administration, with the scopes it needs."

    def __init__(self, scope):
        super().__init__()
        self.scope = scope

    def authenticate(self, request, token):
        row = ErpToken.find(token)
        if row is None:
            return None
        if self.scope not in row.scopes:
            raise HttpError(403, f"This key lacks the scope {self.scope}.")
        ErpToken.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
        return row


api = NinjaAPI(
    title="Customer portal: orders",
    version="1.0.0",
    description="Orders for the vendor's ERP. Amounts are euro with two decimals as text; moments are UTC. "
    "In addresses a number is percent-encoded; instead of %2F a slash may be ~2F, a tilde ~7E.",
    docs_url=None,
    parser=JsonParser(),
    urls_namespace="erp",
)


def database_trouble(request, error):
    """503 as JSON while the database is away or a statement takes too long; the ERP comes again."""
    if not (trouble := trouble_of(error)):
        raise error
    detail = "This took too long." if trouble == "slow" else "The database cannot be reached at the moment."
    answer = api.create_response(request, {"detail": f"{detail} Try again."}, status=503)
    answer.headers["Retry-After"] = str(DATABASE_BACK_IN)
    return answer


for kind in TROUBLES:
    api.add_exception_handler(kind, database_trouble)


class LineOut(Schema):
    position: int
    article: str = Field(alias="article_number")
    name: str
    details: str
    quantity: int
    unit: str
    unit_price: Decimal
    period_months: int | None = Field(
        None, description="Of a rent: net is quantity (seats) x unit_price (per month) x period_months x periods."
    )
    periods: int | None = None
    vat_rate: Decimal
    net: Decimal
    state: str = Field(description="open, accepted, declined (with `reason`) or done.")
    reason: str
    waits_for: str = Field("", description="Accepted, but the portal could not deliver it: why staff have to.")


class OrderOut(Schema):
    number: str
    customer: str = Field(alias="company.number")
    state: str = Field(description=STATES)
    placed_at: datetime
    ordered_by: str = Field(alias="orderer_name")
    address: str
    reference: str
    cost_center: str
    note: str
    net: Decimal = Field(description="As ordered.")
    vat: Decimal = Field(description="As ordered.")
    counted_net: Decimal = Field(description="Without the declined lines.")
    counted_vat: Decimal = Field(description="Without the declined lines.")
    lines: list[LineOut]


class Change(Schema):
    cursor: int
    at: datetime
    order: OrderOut


class Changes(Schema):
    changes: list[Change]
    cursor: int = Field(description="Pass it as `after` next time; the same cursor means that nothing is new.")


class Declined(Schema):
    position: int = Field(ge=1, le=LARGEST_POSITION, strict=True)
    reason: Line = Field(min_length=1, max_length=300)


class StateIn(Schema):
    state: Line = Field(
        max_length=20,
        description="accepted, fulfilled or cancelled (with `reason`). accepted with `declined` for a part makes a new "
        "offer to the customer: the order is then `offered`, and becomes partly or cancelled by their answer alone, "
        "unless the seller's terms allow acceptance of a part.",
    )
    reason: Line = Field("", max_length=300)
    declined: list[Declined] = []


class StateOut(Schema):
    number: str
    state: str = Field(description=STATES)


class DocumentOut(Schema):
    number: str
    version: int
    sha256: str
    is_new: bool


class Problem(Schema):
    detail: str


IdempotencyKey = Annotated[Line, Header(alias="Idempotency-Key", min_length=8, max_length=100)]


@api.get("/orders", response={200: Changes, 401: Problem, 403: Problem}, auth=Token(Scope.READ))
def orders_changed(request, after: int = 0, limit: int = 100):
    """Changes of orders after a cursor, oldest first; each with the order as it is now."""
    limit, after = min(max(limit, 1), 500), min(max(after, 0), LARGEST_ID)
    rows = list(events_after(after).select_related("order__company").prefetch_related("order__lines")[:limit])
    changes = [{"cursor": row.place, "at": row.at, "order": row.order} for row in rows]
    return 200, {"changes": changes, "cursor": rows[-1].place if rows else after}


def _order(number):
    """What waits for approval is not the vendor's yet: by its number it is no more to be had than in the list."""
    rows = Order.objects.exclude(state=Order.State.WAITING).select_related("company").prefetch_related("lines")
    if place_of_hidden(number) is None and (row := rows.filter(number=number).first()):
        return row
    raise HttpError(404, "There is no such order.")


@api.post(
    "/orders/{number:number}/state",
    response={200: StateOut, 404: Problem, 409: Problem, 422: Problem},
    auth=Token(Scope.WRITE),
)
def order_state(request, number: str, wish: StateIn, key: IdempotencyKey):
    """Take an order on. The same Idempotency-Key once more gets the same answer and changes nothing."""
    asked = json.dumps([number, wish.dict()], sort_keys=True, default=str)
    return _once(request.auth, key, asked, lambda: _change(_order(number), wish))


def _change(row, wish):
    if wish.state == row.state and not wish.declined:
        return 200, {"number": row.number, "state": row.state}
    if wish.state not in CHANGES:
        return 422, {"detail": "The state is one of accepted, fulfilled, cancelled."}
    try:
        changed = CHANGES[wish.state](row, wish)
    except OrderRefused as refusal:
        return 409, {"detail": str(refusal)}
    return 200, {"number": changed.number, "state": changed.state}


def _accept(row, wish):
    ids = {line.position: line.pk for line in row.lines.all()}
    if strangers := [one.position for one in wish.declined if one.position not in ids]:
        raise OrderRefused(f"There is no line {strangers[0]}.")
    return accept(row, by=None, declined={ids[one.position]: one.reason for one in wish.declined})


CHANGES = {
    "accepted": _accept,
    "fulfilled": lambda row, wish: fulfil(row, by=None),
    "cancelled": lambda row, wish: cancel(row, by=None, reason=wish.reason, by_customer=False),
}


def _once(token, key, asked, act):
    """act's (status, answer), remembered by key; a key used for something else is refused."""
    wanted = hashlib.sha256(asked.encode()).hexdigest()
    new = {"request_hash": wanted, "status": 0, "answer": {}}
    with transaction.atomic():
        # The row comes first: who asks at the same moment waits for it.
        call, is_new = ErpCall.objects.get_or_create(token=token, key=key, defaults=new)
        if is_new:
            call.status, call.answer = act()
            call.save(update_fields=["status", "answer"])
    if call.request_hash != wanted:
        return 409, {"detail": "This Idempotency-Key was used for another request."}
    return call.status, call.answer


@api.post(
    "/orders/{number:number}/documents",
    response={200: DocumentOut, 404: Problem, 413: Problem, 422: Problem, 503: Problem},
    auth=Token(Scope.DOCUMENTS),
)
def order_document(
    request,
    number: str,
    document: Annotated[PaperNumber, Form(min_length=1, max_length=60, description="The document's own number.")],
    kind: Annotated[Document.Kind, Form()],
    title: Annotated[Line, Form(min_length=1, max_length=200)],
    file: Annotated[UploadedFile, File(description="A PDF.")],
):
    """File a paper with the order's company. The same bytes once more change nothing; others make a new version."""
    row = _order(number)
    if file.size > LARGEST_PAPER:
        return 413, {"detail": "The file is larger than 20 MB."}
    try:
        check_pdf(file, megabytes=LARGEST_PAPER // MEGABYTE)
    except Unfit as unfit:
        return 503 if unfit.code == SCANNER_AWAY else 422, {"detail": f"file: {unfit.message}"}
    content = file.read()
    if Document.objects.filter(number=document).exclude(company=row.company).exists():
        return 422, {"detail": "document: This number belongs to another customer's document."}
    filed, is_new = file_document(row.company, number=document, kind=kind, title=title, content=content)
    return 200, {"number": filed.number, "version": filed.version, "sha256": filed.sha256, "is_new": is_new}


# Behind the addresses that go on: an order's number may hold slashes.
@api.get("/orders/{number:number}", response={200: OrderOut, 404: Problem}, auth=Token(Scope.READ))
def order(request, number: str):
    return 200, _order(number)


@api.exception_handler(OrderRefused)
def refused(request, refusal):
    return HttpResponse(json.dumps({"detail": str(refusal)}), status=409, content_type="application/json")


@api.exception_handler(BadRequest)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def unreadable(request, error=None):
    """A body that is too large, has too many fields, is no form at all or not in the letters it says."""
    return problem(
        request, "The request cannot be read: it is too large or not what its Content-Type says.", status=400
    )


def problem(request, detail="There is nothing at this address.", *, status=404, **arguments):
    """An answer in JSON, as everywhere in this interface."""
    return api.create_response(request, {"detail": detail}, status=status)


def in_json(view):
    """The view, with a refusal in JSON where the library or the framework would answer in plain text or with a page."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        if not (request.META.get("CONTENT_LENGTH") or "0").strip().isdecimal():
            return unreadable(request)
        try:
            answer = view(request, *args, **kwargs)
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return unreadable(request)
        if answer.status_code < 400 or answer["Content-Type"].startswith("application/json"):
            return answer
        told = problem(request, str(answer.reason_phrase), status=answer.status_code)
        if allowed := answer.get("Allow"):
            told["Allow"] = allowed
        return told

    return answered
