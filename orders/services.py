"""The steps of an order's life. Each is one transaction, says by whom, and refuses in a sentence."""

import hashlib

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from contracts.models import Acceptance, Terms
from shop.cart import read_cart
from shop.models import Cart
from shop.trainings import TrainingRefused, book_lines, release_order

from . import mails
from .models import Order, OrderLine

State = Order.State


class OrderRefused(Exception):
    """The step is not possible; the text is for people."""


class CartChanged(OrderRefused):
    """Prices or fit changed since the page was shown; it has to be shown again."""


# From which state an order may go where.
STEPS = {
    State.WAITING: {State.RECEIVED, State.CANCELLED},
    State.RECEIVED: {State.ACCEPTED, State.PARTLY, State.CANCELLED},
    State.ACCEPTED: {State.FULFILLED, State.CANCELLED},
    State.PARTLY: {State.FULFILLED, State.CANCELLED},
    State.FULFILLED: set(),
    State.CANCELLED: set(),
}


def fingerprint(cart):
    """A short hash of what the checkout shows: articles, quantities, prices, fit. It changes when any of them does."""
    lines = [f"{line.article.pk}:{line.quantity}:{line.price}:{line.fits}" for line in cart.lines]
    return hashlib.sha256("|".join(lines).encode()).hexdigest()[:24]


def terms_of_sale():
    """The shop's terms in force, or None; without them nothing can be ordered."""
    return Terms.objects.current(Terms.Kind.AGB)


@transaction.atomic
def place_order(membership, *, form_key, shown, terms, reference="", cost_center="", note=""):
    """Turn the person's cart into an order at today's prices; returns the Order.

    The same form_key gives the same order, however often it is sent. shown: the fingerprint that was on screen.
    Raises CartChanged when it no longer fits, OrderRefused when there is nothing to order; the cart is then as before.
    """
    company, user = membership.company, membership.user
    # Two posts of the same person come one after the other; the second finds the first's order.
    cart_row, _new = Cart.objects.select_for_update().get_or_create(company=company, user=user)
    if placed := Order.objects.filter(form_key=form_key, company=company, ordered_by=user).first():
        return placed
    cart = read_cart(company, user)
    if not cart.orderable:
        raise OrderRefused(_("There is nothing in your cart that can be ordered."))
    if fingerprint(cart) != shown:
        raise CartChanged(_("Something has changed since this page was shown. Please check it once more."))
    order = _make_order(membership, cart, terms, form_key, reference, cost_center, note)
    try:
        book_lines(cart.orderable, company, by=user, order_number=order.number)
    except TrainingRefused as refusal:
        raise CartChanged(str(refusal)) from refusal
    cart_row.lines.filter(article__in=[line.article for line in cart.orderable]).delete()
    if order.state == State.WAITING:
        mails.mail_approvers(order, membership)
    mails.mail_receipt(order)
    return order


def _make_order(membership, cart, terms, form_key, reference, cost_center, note):
    company, user, sums = membership.company, membership.user, cart.sums
    acceptance = Acceptance.objects.create(
        terms=terms, company=company, user=user, signer_name=user.get_full_name(), sha256=terms.sha256
    )
    order = Order.objects.create(
        number=next_number(),
        company=company,
        ordered_by=user,
        orderer_name=user.get_full_name(),
        state=State.WAITING if needs_approval(membership, sums.net) else State.RECEIVED,
        address="\n".join(company.address_lines),
        reference=reference,
        cost_center=cost_center,
        note=note,
        net=sums.net,
        vat=sums.vat_sum,
        acceptance=acceptance,
        form_key=form_key,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            article=line.article,
            article_number=line.article.number,
            name=line.article.name,
            unit=line.article.unit,
            quantity=line.quantity,
            unit_price=line.price,
            vat_rate=line.vat_rate,
            net=line.net,
        )
        for position, line in enumerate(cart.orderable, 1)
    )
    order.note_event(order.state, by=user)
    return order


def needs_approval(membership, net):
    """Whether the sum (euro net) is above what the person may order alone. Licence holders have no limit."""
    return not membership.is_holder and membership.order_limit is not None and net > membership.order_limit


def next_number():
    """A new order number such as "TSA-10001", given once."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('orders_number')")
        return f"{settings.BRAND['seller_prefix']}-{cursor.fetchone()[0]}"


@transaction.atomic
def change_state(order, state, *, by, reason=""):
    """Take an order to its next state, with its trace and the mail to who ordered. Raises OrderRefused."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if state not in STEPS[order.state]:
        raise OrderRefused(
            _("An order that is “%(now)s” cannot become “%(then)s”.")
            % {"now": order.get_state_display(), "then": State(state).label}
        )
    order.state = state
    order.save(update_fields=["state"])
    order.note_event(state, by=by, reason=reason)
    if state == State.CANCELLED:
        release_order(order.company, order.number, by=by)
    mails.mail_state(order, reason)
    return order


def decide(order, membership, *, approve, reason=""):
    """Approve or reject an order that waits. Only licence holders and deputies, and never one's own."""
    if order.ordered_by_id == membership.user_id:
        raise OrderRefused(_("Nobody approves their own order."))
    return change_state(order, State.RECEIVED if approve else State.CANCELLED, by=membership.user, reason=reason)


def cancel(order, *, by):
    """Cancel on behalf of the customer, as long as nobody at the vendor has accepted."""
    if order.state not in (State.WAITING, State.RECEIVED):
        raise OrderRefused(_("This order has been accepted already. Please talk to us if you want to cancel it."))
    return change_state(order, State.CANCELLED, by=by)
