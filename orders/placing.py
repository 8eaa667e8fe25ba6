"""Placing an order: certain, once, at the prices that were on screen."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from access.acting import Actor, Kind, lock_company
from access.door import why_closed
from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from contracts.models import Acceptance, Terms
from portal.lib.refusals import Refused
from portal.lib.text import as_uuid
from shop.cart import CartView, Line, locked_cart, read_cart
from shop.trainings import book_lines, day_of

from . import mails
from .limits import needs_approval
from .models import Order, OrderLine
from .offer import Offer
from .states import OrderRefused
from .webhooks import tell_webhooks

State = Order.State


class CartChanged(OrderRefused):
    """It is not what the page showed any more; it has to be shown again."""


def terms_of_sale(company: Company | None = None, user: User | None = None) -> Terms | None:
    """The shop's terms in force, or None; without them nothing can be ordered.

    For a person at a company with known: when they last accepted these very terms there, or None; then they are asked.
    """
    mine = Acceptance.objects.filter(terms=OuterRef("pk"), sha256=OuterRef("sha256"), company=company, user=user)
    known = Subquery(mine.order_by("-accepted_at").values("accepted_at")[:1])
    return Terms.objects.annotate(known=known).current(Terms.Kind.AGB)


@transaction.atomic
def place_order(
    membership: Membership, *, form_key: UUID, shown: Offer, by: Actor | None = None, **wishes: Any
) -> Order:
    """Turn the person's cart into an order of exactly what was shown; returns the Order.

    by: somebody of the vendor's who places it for the person, out of a cart of their own at this company; limits are
    the person's, and order, mails and papers name both.

    The same form_key gives the same order, however often it is sent. shown: the Offer that was on screen, with the
    terms that were accepted. wishes: reference, cost_center, note, wished_on.
    Raises CartChanged when anything is different by now, OrderRefused when nothing can be ordered; the cart is then as
    before.
    """
    company, user = membership.company, membership.user
    owner = _cart_owner(membership, by)
    if membership.order_limit_month is not None:
        # What the person lets others order counts into the same month, and is decided under this lock.
        lock_company(company.pk)
    # Two posts of the same person come one after the other; the second finds the first's order.
    cart_row = locked_cart(company, owner)
    if placed := Order.objects.filter(form_key=form_key, company=company, ordered_by=user).first():
        return placed
    cart, terms = read_cart(company, owner), terms_of_sale()
    # Before staff have chosen who orders, their page cannot say whether it has to be approved.
    is_put_before = by is None and needs_approval(membership, cart.sums.net)
    if Offer.of(cart, company, terms, is_put_before=is_put_before) != shown:
        raise CartChanged(_("Something has changed since this page was shown. Please check it once more."))
    if not cart.orderable or terms is None:
        raise OrderRefused(_("There is nothing in your cart that can be ordered."))
    order = _make_order(membership, cart, terms, by=by, form_key=form_key, **wishes)
    _book(cart, order)
    cart_row.lines.filter(pk__in=[line.row.pk for line in cart.orderable]).delete()
    _tell(order, membership)
    return order


def _cart_owner(membership: Membership, by: Actor | None) -> User:
    """Whose cart it is. Raises OrderRefused for whom nothing may be ordered."""
    if by is None:
        return membership.user
    if by.kind != Kind.STAFF or by.user is None:
        raise OrderRefused(_("Only our staff orders for somebody else."))
    if why_closed(membership) or not membership.may(Right.SHOP):
        raise OrderRefused(_("This person may not order for the company."))
    return by.user


def _book(cart: CartView, order: Order) -> None:
    """The seats of its trainings; what waits for approval holds them too."""
    try:
        book_lines(cart.orderable, order.company, by=order.ordered_by, order_number=order.number)
    except Refused as refusal:
        raise CartChanged(str(refusal)) from refusal


def _tell(order: Order, membership: Membership) -> None:
    if order.state == State.WAITING:
        mails.mail_approvers(order, membership)
        mails.mail_waiting(order)
        return
    mails.mail_receipt(order)
    tell_webhooks(order)


def _make_order(membership: Membership, cart: CartView, terms: Terms, *, by: Actor | None, **more: Any) -> Order:
    company, user, sums = membership.company, membership.user, cart.sums
    acting = by.user if by and by.user else user
    # Said on the telephone, it was noted by somebody else: the row names who did that.
    acceptance = Acceptance.objects.create(
        terms=terms, company=company, user=acting, signer_name=user.get_full_name(), sha256=terms.sha256
    )
    order = Order.objects.create(
        number=next_number(),
        company=company,
        ordered_by=user,
        orderer_name=user.get_full_name(),
        placed_by=by.user if by else None,
        placed_by_name=by.name[:200] if by else "",
        state=State.WAITING if needs_approval(membership, sums.net) else State.RECEIVED,
        address="\n".join(company.address_lines),
        net=sums.net,
        vat=sums.vat_sum,
        vat_reason=cart.vat_reason,
        acceptance=acceptance,
        **more,
    )
    lines = [_make_line(order, position, line) for position, line in enumerate(cart.orderable, 1)]
    OrderLine.objects.bulk_create(lines)
    told = _("Ordered by telephone for %(name)s.") % {"name": order.orderer_name} if by else ""
    order.note_event(order.state, by=acting, reason=told)
    return order


def _make_line(order: Order, position: int, line: Line) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        article=line.article,
        article_number=line.article.number,
        name=line.article.name,
        kind=line.article.kind,
        training_date=line.row.date,
        details=_details(line),
        unit=line.article.unit,
        quantity=line.quantity,
        period_months=line.article.months if line.article.is_rent else None,
        periods=line.row.periods if line.article.is_rent else None,
        unit_price=line.price,
        vat_rate=line.vat_rate,
        net=line.net,
    )


def _details(line: Line) -> str:
    """For a training: when, where and who."""
    if not line.row.date:
        return ""
    return "\n".join([f"{day_of(line.row.date)}, {line.row.date.place}", *line.participants])


@transaction.atomic
def adapt_addresses(company: Company, pks: Iterable[str], *, by: User) -> int:
    """Let open orders, by their ids, take the company's address of today; the history says so. Returns how many.

    An order that has been accepted meanwhile, or is another company's, is passed over: its paper carries the address.
    """
    address = "\n".join(company.address_lines)
    wanted = {pk for pk in map(as_uuid, pks) if pk}
    rows = company.orders.open().select_for_update().filter(pk__in=wanted).exclude(address=address)
    for order in rows:
        order.address = address
        order.save(update_fields=["address"])
        order.note_event(order.state, by=by, reason=_("Address changed to the company's new one."))
    return len(rows)


def next_number() -> str:
    """A new order number such as "TSA-10001", given once."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('orders_number')")
        return f"{settings.BRAND['seller_prefix']}-{cursor.fetchone()[0]}"
