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
from shop.cart import read_cart

from .again import compare, fill_cart
from .approval import decide
from .chart import bars
from .export import orders_as_table
from .forms import CheckoutForm, DecisionForm, OrderFilter
from .papers import pdf_of
from .services import CartChanged, fingerprint, place_order, terms_of_sale
from .states import OrderRefused, cancel

YEARS_DRAWN = 6


def filtered(request):
    """(filter form, orders that match, newest first, sums by year)."""
    years = request.company.orders.sums_by_year()
    form = OrderFilter(request.GET, years=[year for year, _sum, _count in years])
    return form, form.apply(request.company.orders, request.user).newest_first(), years


@company_view(needs=Right.SHOP)
def order_list(request):
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
    """The checkout: everything on one page; the button orders, once."""
    cart, terms = read_cart(request.company, request.user), terms_of_sale()
    if request.method == "POST" and terms:
        form = CheckoutForm(request.POST, terms_label=terms_label())
        if form.is_valid():
            return place(request, form, terms)
        return checkout(request, cart, terms, form)
    if not cart.orderable:
        return redirect("cart_detail", request.company.number)
    initial = {"form_key": uuid.uuid4(), "shown": fingerprint(cart)}
    return checkout(request, cart, terms, CheckoutForm(initial=initial, terms_label=terms_label()))


def terms_label():
    return _("I accept the terms and conditions of %(seller)s") % {"seller": settings.BRAND["seller"]}


def checkout(request, cart, terms, form, status=200):
    return render(request, "orders/order_create.html", {"cart": cart, "terms": terms, "form": form}, status=status)


def place(request, form, terms):
    """Order; where something changed meanwhile, show the page again with what was typed."""
    try:
        order = place_order(request.membership, terms=terms, **form.given())
    except OrderRefused as refusal:
        cart = read_cart(request.company, request.user)
        messages.warning(request, str(refusal))
        if not isinstance(refusal, CartChanged) or not cart.orderable:
            return redirect("cart_detail", request.company.number)
        data = request.POST.copy()
        data["shown"] = fingerprint(cart)
        return checkout(request, cart, terms, CheckoutForm(data, terms_label=terms_label()), status=409)
    messages.success(request, _("Thank you. Your order %(number)s has been received.") % {"number": order.number})
    return redirect("order_detail", request.company.number, order.pk)


def own_order(request, pk):
    mine = request.company.orders.with_confirmation()
    return get_object_or_404(mine.select_related("company", "ordered_by", "acceptance__terms"), pk=pk)


@company_view(needs=Right.SHOP)
def order_detail(request, pk):
    order = own_order(request, pk)
    order.company = request.company
    may_decide = (
        order.state == order.State.WAITING
        and request.membership.may(Right.ACCESS)
        and order.ordered_by_id != request.user.pk
    )
    context = {"order": order, "may_decide": may_decide, "form": DecisionForm()}
    if may_decide:
        context["changed"] = [entry for entry in compare(order) if not entry.is_same]
    context["may_read_papers"] = request.membership.may(Right.CONTRACTS)
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
            messages.warning(request, _("“%(name)s” could not be ordered again.") % {"name": name})
        return redirect("order_create", request.company.number)
    context = {"order": order, "compared": compared, "possible": possible}
    context["is_same"] = all(entry.is_same for entry in compared)
    return render(request, "orders/order_again.html", context)


@company_view(needs=Right.SHOP)
def order_cancel(request, pk):
    order = own_order(request, pk)
    if request.method != "POST":
        return render(request, "orders/order_cancel.html", {"order": order})
    try:
        cancel(order, by=request.user)
        messages.success(request, _("Order %(number)s has been cancelled.") % {"number": order.number})
    except OrderRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("order_detail", request.company.number, order.pk)


@require_POST
@company_view(needs=Right.ACCESS)
def order_decide(request, pk):
    order, form = own_order(request, pk), DecisionForm(request.POST)
    if not form.is_valid():
        return render(request, "orders/order_detail.html", {"order": order, "may_decide": True, "form": form})
    try:
        approves = request.POST.get("decision") == "approve"
        decide(order, request.membership, approves=approves, reason=form.cleaned_data["reason"])
        messages.success(request, _("The order has been approved.") if approves else _("The order has been rejected."))
    except OrderRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("order_detail", request.company.number, order.pk)
