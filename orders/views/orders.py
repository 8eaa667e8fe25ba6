import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import content_disposition_header, urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.refusals import told
from shop.cart import read_cart

from ..again import compare, fill_cart, fill_unchanged, sums_then_and_today
from ..approval import (
    answer,
    answer_limit,
    approver_limit,
    approvers,
    approvers_of,
    decide,
    either,
    may_answer,
    may_decide,
    why_approval,
    why_not_answered,
    why_not_decided,
    why_waiting,
)
from ..chart import chart_of, sums_of
from ..export import orders_as_table
from ..forms import AnswerForm, CheckoutForm, DecisionForm, OrderFilter
from ..listing import ON_A_PAGE, OrderPages
from ..offer import Offer
from ..papers import pdf_of
from ..placing import place_order, terms_of_sale
from ..states import OrderRefused, cancel
from ..steps import steps_of
from ..story import story_of


def filter_of(request):
    return OrderFilter(request.GET, person=request.user, may_approve=Right.ACCESS in request.rights)


def may_decide_some(request, **_arguments):
    """Who manages access decides on orders that wait, with the shop or without."""
    return Right.ACCESS in request.rights


@company_view(needs=Right.SHOP, or_if=may_decide_some)
def order_list(request):
    if Right.SHOP not in request.rights:
        waiting = request.company.orders.to_decide(request.user).newest_first().with_what()
        waiting = waiting.with_group(request.user, may_approve=True)
        page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
        return render(request, "orders/waiting_list.html", {"page": page})
    form = filter_of(request)
    if form.is_plain:
        sums = sums_of(request.company, request.user, may_approve=form.may_approve)
    else:
        sums = form.found(request.company.orders).sums_by_month()
    chart = chart_of(sums, year=form.asked.get("year"), state=form.asked.get("state"))
    form.offer_years(chart.years)
    form.offer_groups(chart.counts)
    page = OrderPages(request.company, form, count=chart.found).get_page(request.GET.get("page"))
    has_any = bool(chart.years) or request.company.orders.exists()
    context = {"form": form, "page": page, "has_any": has_any, "chart": chart}
    return render(request, "orders/order_list.html", context)


@company_view(needs=Right.SHOP)
def order_export(request):
    form = filter_of(request)
    orders = form.narrowed(form.found(request.company.orders))
    return orders_as_table(request, orders.newest_first())


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
    terms = terms_of_sale(request.company, request.user)
    more = {
        "terms_label": terms_label(request.company, terms),
        "known": terms and terms.known,
    }
    if request.method == "POST":
        form = CheckoutForm(request.POST, **more)
        return place(request, form) if form.is_valid() else checkout(request, form, terms)
    cart = read_cart(request.company, request.user)
    if not cart.orderable:
        return redirect("cart_detail", request.company.number)
    return checkout(request, CheckoutForm(initial={"form_key": uuid.uuid4()}, **more), terms, cart)


def terms_label(company, terms):
    """The sentence at the box, with the terms as its link."""
    if terms is None:
        return ""
    words = _("I accept the %(terms)s (valid from %(day)s).") % {
        "terms": "{}", "day": date_format(terms.valid_from, "d.m.Y")
    }  # fmt: skip
    link = '<a href="{}" target="_blank" rel="noopener">{}</a>'
    return format_html(words, format_html(link, reverse("terms_file", args=[company.number, terms.pk]), terms.title))


def checkout(request, form, terms, cart=None, refusal=""):
    """The page as things are now, with what was typed; refusal: why it was not ordered, and what is different."""
    cart = cart or read_cart(request.company, request.user)
    why = why_approval(request.membership, cart.sums.net)
    changed = form.show(Offer.of(cart, request.company, terms, is_put_before=bool(why)))
    context = {"cart": cart, "terms": terms, "form": form, "changed": changed, "refusal": refusal, "why": why}
    if why:
        names = approvers(request.company, cart.sums.net, but=[request.user.pk])
        context["approvers"] = either(names) if names else ""
    return render(request, "orders/order_create.html", context, status=409 if refusal else 200)


def place(request, form):
    try:
        order = place_order(request.membership, **form.given())
    except OrderRefused as refusal:
        return checkout(request, form, terms_of_sale(), refusal=str(refusal))
    if order.state == order.State.WAITING:
        names = get_text_list(approvers_of(order), _("and"))
        text = _("Submitted for approval. %(names)s have been told.") if names else _("Submitted for approval.")
        messages.success(request, text % {"names": names})
    else:
        messages.success(request, _("Thank you. Your order %(number)s has been received.") % {"number": order.number})
    return redirect("order_detail", request.company.number, order.pk)


def own_order(request, pk, *more):
    """An order of the company with its lines; more: what else is read of it."""
    mine = request.company.orders.with_confirmation()
    mine = mine.select_related("company", "ordered_by", "acceptance__terms").prefetch_related("lines", *more)
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
    return order_page(request, own_order(request, pk, "events"))


def order_page(request, order, form=None):
    """An order, with what it asks of who opens it; who may not use the shop reads only what it needs."""
    order.company, member = request.company, request.membership
    context = {"order": order, "may_decide": may_decide(order, member), "may_answer": may_answer(order, member)}
    names = either(approvers_of(order), request.user) if order.state == order.State.WAITING else ""
    if context["may_decide"]:
        context["changed"] = [entry for entry in compare(order) if not entry.is_same]
        context["limit"], context["form"] = approver_limit(order, member), form or DecisionForm()
        context["why"] = why_waiting(order)
    context["approvers"] = names
    if context["may_answer"]:
        context["limit"], context["form"] = answer_limit(order, member), form or AnswerForm()
    about = {"about": f"{_('Order')} {order.number}: {order.what}"}
    context["ask_url"] = f"{reverse('support', args=[order.company.number])}?{urlencode(about)}#question"
    context["may_shop"] = Right.SHOP in request.rights
    context["steps"], context["story"] = steps_of(order, names), story_of(order)
    context["may_read_papers"] = Right.CONTRACTS in request.rights
    return render(request, "orders/order_detail.html", context)


@company_view(needs=Right.SHOP)
def order_again(request, pk):
    """Damals / heute / Unterschied; the button fills the cart and leads to the checkout.

    From a button "order again" it goes there at once where nothing has changed.
    """
    order = own_order(request, pk)
    compared = compare(order)
    possible = [entry for entry in compared if entry.article]
    mode = request.POST.get("mode")
    if mode == "direct":
        is_filled = fill_unchanged(compared, request.company, request.user)
        return redirect("order_create", request.company.number) if is_filled else redirect(request.path)
    if request.method == "POST" and possible:
        for name in fill_cart(compared, request.company, request.user, replace=mode == "replace"):
            messages.warning(request, _("“%(name)s” cannot be ordered today and is not in the cart.") % {"name": name})
        return redirect("order_create", request.company.number)
    context = {"order": order, "compared": compared, "possible": possible, "sums": sums_then_and_today(compared)}
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
    """Where the button stood: the start page, else the order, or the list for who reads it only while it waits."""
    if request.POST.get("back") == "start":
        return redirect("start", request.company.number)
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
