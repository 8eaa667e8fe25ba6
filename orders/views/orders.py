import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.refusals import told
from shop.cart import read_cart

from ..again import compare, fill_cart
from ..approval import (
    answer,
    answer_limit,
    approver_limit,
    approvers_of,
    decide,
    may_answer,
    may_decide,
    why_not_answered,
    why_not_decided,
)
from ..chart import bars
from ..export import orders_as_table
from ..forms import AnswerForm, CheckoutForm, DecisionForm, OrderFilter
from ..offer import Offer
from ..papers import pdf_of
from ..placing import place_order, terms_of_sale
from ..states import OrderRefused, cancel

YEARS_DRAWN = 6


def filtered(request):
    """(filter form, orders that match, newest first, sums by year)."""
    years = request.company.orders.sums_by_year()
    form = OrderFilter(request.GET, years=[row.year for row in years])
    return form, form.apply(request.company.orders, request.user).newest_first(), years


def may_decide_some(request, **_arguments):
    """Who manages access decides on orders that wait, with the shop or without."""
    return Right.ACCESS in request.rights


@company_view(needs=Right.SHOP, or_if=may_decide_some)
def order_list(request):
    if Right.SHOP not in request.rights:
        waiting = request.company.orders.to_decide(request.user).newest_first()
        page = Paginator(waiting, 25).get_page(request.GET.get("page"))
        return render(request, "orders/waiting_list.html", {"page": page})
    form, orders, years = filtered(request)
    page = Paginator(orders, 25).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "has_any": bool(years), "chart": bars(years[:YEARS_DRAWN])}
    return render(request, "orders/order_list.html", context)


@company_view(needs=Right.SHOP)
def order_export(request):
    _form, orders, _years = filtered(request)
    return orders_as_table(request, orders)


@company_view(needs=Right.SHOP)
def order_pdf(request, pk):
    """The order on paper, as it was placed."""
    order = own_order(request, pk)
    response = HttpResponse(pdf_of(order), content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"Bestellung-{order.number}.pdf")
    return response


@company_view(needs=Right.SHOP)
def order_create(request):
    """The checkout: everything on one page; the button orders exactly that, once."""
    if request.method == "POST":
        form = CheckoutForm(request.POST, terms_label=terms_label())
        return place(request, form) if form.is_valid() else checkout(request, form)
    cart = read_cart(request.company, request.user)
    if not cart.orderable:
        return redirect("cart_detail", request.company.number)
    return checkout(request, CheckoutForm(initial={"form_key": uuid.uuid4()}, terms_label=terms_label()), cart)


def terms_label():
    return _("I accept the terms and conditions of %(seller)s") % {"seller": settings.BRAND["seller"]}


def checkout(request, form, cart=None, refusal=""):
    """The page as things are now, with what was typed; refusal: why it was not ordered, and what is different."""
    cart, terms = cart or read_cart(request.company, request.user), terms_of_sale()
    changed = form.show(Offer.of(cart, request.company, terms))
    context = {"cart": cart, "terms": terms, "form": form, "changed": changed, "refusal": refusal}
    return render(request, "orders/order_create.html", context, status=409 if refusal else 200)


def place(request, form):
    try:
        order = place_order(request.membership, **form.given())
    except OrderRefused as refusal:
        return checkout(request, form, refusal=str(refusal))
    number = {"number": order.number}
    if order.state == order.State.WAITING:
        messages.info(request, _("Thank you. Your order %(number)s waits for approval and goes to us then.") % number)
    else:
        messages.success(request, _("Thank you. Your order %(number)s has been received.") % number)
    return redirect("order_detail", request.company.number, order.pk)


def own_order(request, pk):
    mine = request.company.orders.with_confirmation()
    mine = mine.select_related("company", "ordered_by", "acceptance__terms").prefetch_related("lines")
    return get_object_or_404(mine, pk=pk)


def waits_for(request, pk):
    """Whether this order waits for who opens it; then they read it, with the shop or without."""
    order = request.company.orders.filter(pk=pk).first()
    if order is None:
        return False
    is_open = may_decide(order, request.membership) or may_answer(order, request.membership)
    if not is_open and Right.ACCESS in request.rights and order.state != order.State.WAITING:
        messages.info(request, _("This order does not wait for approval any more."))
    return is_open


@company_view(needs=Right.SHOP, or_if=waits_for)
def order_detail(request, pk):
    return order_page(request, own_order(request, pk))


def order_page(request, order, form=None):
    """An order, with what it asks of who opens it; who may not use the shop reads only what it needs."""
    order.company, member = request.company, request.membership
    context = {"order": order, "may_decide": may_decide(order, member), "may_answer": may_answer(order, member)}
    if context["may_decide"]:
        context["changed"] = [entry for entry in compare(order) if not entry.is_same]
        context["limit"], context["form"] = approver_limit(order, member), form or DecisionForm()
    elif order.state == order.State.WAITING:
        context["approvers"] = ", ".join(approvers_of(order)) or "–"
    if context["may_answer"]:
        context["limit"], context["form"] = answer_limit(order, member), form or AnswerForm()
    context["may_shop"] = Right.SHOP in request.rights
    context["may_read_papers"] = Right.CONTRACTS in request.rights
    return render(request, "orders/order_detail.html", context)


@company_view(needs=Right.SHOP)
def order_again(request, pk):
    """Damals / heute / Unterschied; the button fills the cart and leads to the checkout."""
    order = own_order(request, pk)
    compared = compare(order)
    possible = [entry for entry in compared if entry.article]
    if request.method == "POST" and possible:
        replace = request.POST.get("mode") == "replace"
        for name in fill_cart(compared, request.company, request.user, replace=replace):
            messages.warning(request, _("“%(name)s” cannot be ordered today and is not in the cart.") % {"name": name})
        return redirect("order_create", request.company.number)
    context = {"order": order, "compared": compared, "possible": possible}
    context["is_same"] = all(entry.is_same for entry in compared)
    return render(request, "orders/order_again.html", context)


@company_view(needs=Right.SHOP)
def order_cancel(request, pk):
    order = own_order(request, pk)
    if order.is_offered:
        messages.info(request, _("We can deliver a part of this order. Please take it or withdraw the order here."))
        return redirect("order_detail", request.company.number, order.pk)
    if request.method != "POST":
        return render(request, "orders/order_cancel.html", {"order": order})
    with told(request):
        cancel(order, by=request.user)
        messages.success(request, _("Order %(number)s has been cancelled.") % {"number": order.number})
    return redirect("order_detail", request.company.number, order.pk)


@require_POST
@company_view(needs=Right.ACCESS)
def order_decide(request, pk):
    order, form = own_order(request, pk), DecisionForm(request.POST)
    if refusal := why_not_decided(order, request.membership):
        messages.error(request, refusal)
    elif not form.is_valid():
        return order_page(request, order, form)
    else:
        take_decision(request, order, **form.cleaned_data)
    return back_to(request, order)


def back_to(request, order):
    """The order, or the list for who reads an order only while it waits for them."""
    if Right.SHOP in request.rights:
        return redirect("order_detail", request.company.number, order.pk)
    return redirect("order_list", request.company.number)


def take_decision(request, order, decision, reason):
    approves = decision == DecisionForm.APPROVE
    with told(request):
        decide(order, request.membership, approves=approves, reason=reason)
        messages.success(request, _("The order has been approved.") if approves else _("The order has been rejected."))


@require_POST
@company_view(needs=Right.SHOP, or_if=may_decide_some)
def order_answer(request, pk):
    """Yes to what the vendor offers of an order, or the order withdrawn."""
    order, form = own_order(request, pk), AnswerForm(request.POST)
    if refusal := why_not_answered(order, request.membership):
        messages.error(request, refusal)
    elif not form.is_valid():
        return order_page(request, order, form)
    else:
        take_answer(request, order, **form.cleaned_data)
    return back_to(request, order)


def take_answer(request, order, decision, reason):
    agrees = decision == AnswerForm.AGREE
    with told(request):
        answer(order, request.membership, agrees=agrees, reason=reason)
        thanks = _("Thank you. The order is concluded with what we can deliver; the confirmation comes by e-mail.")
        messages.success(request, thanks if agrees else _("The order has been withdrawn."))
