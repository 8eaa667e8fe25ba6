"""Placing an order: certain, once, at the prices that were on screen."""

import hashlib

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from contracts.models import Acceptance, Terms
from portal.lib.text import as_uuid
from shop.cart import read_cart
from shop.models import Cart
from shop.trainings import TrainingRefused, book_lines, day_of

from . import mails, tasks
from .approval import needs_approval
from .models import Order, OrderLine
from .states import OrderRefused

State = Order.State


class CartChanged(OrderRefused):
    """Prices or fit changed since the page was shown; it has to be shown again."""


def fingerprint(cart):
    """A short hash of what the checkout shows: articles, quantities, prices, fit. It changes when any of them does."""
    lines = [f"{line.article.pk}:{line.quantity}:{line.price}:{line.fits}" for line in cart.lines]
    return hashlib.sha256("|".join(lines).encode()).hexdigest()[:24]


def terms_of_sale():
    """The shop's terms in force, or None; without them nothing can be ordered."""
    return Terms.objects.current(Terms.Kind.AGB)


@transaction.atomic
def place_order(membership, *, form_key, shown, terms, **wishes):
    """Turn the person's cart into an order at today's prices; returns the Order.

    The same form_key gives the same order, however often it is sent. shown: the fingerprint that was on screen.
    wishes: reference, cost_center, note, wished_on.
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
    order = _make_order(membership, cart, terms, form_key=form_key, **wishes)
    try:
        book_lines(cart.orderable, company, by=user, order_number=order.number)
    except TrainingRefused as refusal:
        raise CartChanged(str(refusal)) from refusal
    cart_row.lines.filter(article__in=[line.article for line in cart.orderable]).delete()
    if order.state == State.WAITING:
        mails.mail_approvers(order, membership)
    mails.mail_receipt(order)
    tasks.tell_webhooks(order)
    return order


def _make_order(membership, cart, terms, **more):
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
        net=sums.net,
        vat=sums.vat_sum,
        vat_reason=cart.vat_reason,
        acceptance=acceptance,
        **more,
    )
    lines = [_make_line(order, position, line) for position, line in enumerate(cart.orderable, 1)]
    OrderLine.objects.bulk_create(lines)
    order.note_event(order.state, by=user)
    return order


def _make_line(order, position, line):
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
        unit_price=line.price,
        vat_rate=line.vat_rate,
        net=line.net,
    )


def _details(line):
    """For a training: when, where and who."""
    if not line.row.date:
        return ""
    return "\n".join([f"{day_of(line.row.date)}, {line.row.date.place}", *line.participants])


@transaction.atomic
def adapt_addresses(company, pks, *, by):
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


def next_number():
    """A new order number such as "TSA-10001", given once."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('orders_number')")
        return f"{settings.BRAND['seller_prefix']}-{cursor.fetchone()[0]}"
