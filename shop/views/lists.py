from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from access.door import company_view
from access.missing import still_there
from access.rights import Right
from portal.lib.refusals import Refused, told

from ..cart import put_many
from ..forms import ListForm, QuantityForm, QuickOrderForm
from ..lists import add, keep_cart, lines_today, make_list, put_into_cart, rename
from ..quick_order import read_lines
from .articles import fitting_article

GONE = "shopping_lists", gettext_lazy("This list is no longer there.")


def lists_of(request):
    return request.company.shopping_lists.visible_to(request.user)


def own_list(request, pk):
    """A list of one's own, held until the transaction ends, so that no other tab deletes it meanwhile."""
    mine = request.company.shopping_lists.filter(owner=request.user)
    return still_there(mine.select_for_update(), *GONE, pk=pk)


@company_view(needs=Right.SHOP)
def shopping_lists(request):
    form = ListForm(request.POST or None)
    if form.is_valid():
        with told(request, form):
            make = keep_cart if "from_cart" in request.POST else make_list
            kept = make(request.company, request.user, form.cleaned_data["name"])
            messages.success(request, _("The list “%(name)s” has been made.") % {"name": kept.name})
            return redirect("shopping_list", request.company.number, kept.pk)
    lists = lists_of(request).select_related("owner").with_count()
    return render(request, "shop/shopping_lists.html", {"lists": lists, "form": form})


@company_view(needs=Right.SHOP)
def shopping_list(request, pk):
    kept = still_there(lists_of(request).select_related("owner"), *GONE, pk=pk)
    is_own = kept.owner_id == request.user.pk
    form = ListForm({"name": kept.name, "is_shared": kept.is_shared}) if is_own else None
    context = {"kept": kept, "lines": lines_today(kept, request.company), "is_own": is_own, "form": form}
    return render(request, "shop/shopping_list.html", context)


@require_POST
@company_view(needs=Right.SHOP)
@transaction.atomic
def list_update(request, pk):
    """A new name, and whether it is shared."""
    kept, form = own_list(request, pk), ListForm(request.POST)
    if form.is_valid():
        with told(request, form):
            rename(kept, **form.cleaned_data)
    if not form.is_valid():
        context = {"kept": own_list(request, pk), "lines": lines_today(kept, request.company), "is_own": True}
        return render(request, "shop/shopping_list.html", {**context, "form": form}, status=422)
    messages.success(request, _("The list has been saved."))
    return redirect("shopping_list", request.company.number, pk)


@require_POST
@company_view(needs=Right.SHOP)
@transaction.atomic
def list_delete(request, pk):
    kept = own_list(request, pk)
    kept.delete()
    messages.success(request, _("The list “%(name)s” has been deleted.") % {"name": kept.name})
    return redirect("shopping_lists", request.company.number)


@require_POST
@company_view(needs=Right.SHOP)
@transaction.atomic
def list_add(request, article):
    """From the page of an article onto a list of one's own."""
    found = fitting_article(request, article)
    chosen = request.POST.get("list", "")
    kept = own_list(request, int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None
    try:
        kept = kept or make_list(request.company, request.user, _("My list"))
        add(kept, found, found.min_quantity)
        messages.success(request, _("“%(name)s” is on your list.") % {"name": found.name})
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("article_detail", request.company.number, article)
    return redirect("shopping_list", request.company.number, kept.pk)


@require_POST
@company_view(needs=Right.SHOP)
@transaction.atomic
def list_line(request, pk, line):
    """Change the quantity of a line, or take it off."""
    lines = own_list(request, pk).lines.select_related("article")
    row = still_there(lines, "shopping_list", _("This article is no longer on the list."), pk, pk=line)
    if "remove" in request.POST:
        row.delete()
        messages.success(request, _("“%(name)s” has been taken off the list.") % {"name": row.article.name})
        return redirect("shopping_list", request.company.number, pk)
    form = QuantityForm(request.POST, article=row.article)
    if form.is_valid():
        row.quantity, row.periods = form.cleaned_data["quantity"], form.cleaned_data.get("periods") or row.periods
        row.save(update_fields=["quantity", "periods"])
        messages.success(request, _("The quantity has been changed."))
    else:
        messages.error(request, f"{row.article.name}: {next(iter(form.errors.values()))[0]}")
    return redirect("shopping_list", request.company.number, pk)


@require_POST
@company_view(needs=Right.SHOP)
def list_order(request, pk):
    """The whole list into the cart; what cannot go is said."""
    kept = still_there(lists_of(request), *GONE, pk=pk)
    for article, reason in put_into_cart(kept, request.company, request.user):
        messages.warning(request, f"{article.name}: {reason}")
    return redirect("cart_detail", request.company.number)


@company_view(needs=Right.SHOP)
def quick_order(request):
    form = QuickOrderForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "shop/quick_order.html", {"form": form}, status=status)
    entries = read_lines(request.company, form.cleaned_data["text"])
    if not entries:
        form.add_error("lines", _("Please enter at least one article number."))
        return render(request, "shop/quick_order.html", {"form": form}, status=422)
    wrong = [entry for entry in entries if entry.error]
    good = [entry for entry in entries if not entry.error]
    if good and (not wrong or "skip" in request.POST):
        return order_entries(request, good, wrong)
    form = QuickOrderForm(initial={"lines": form.cleaned_data["text"]})
    return render(request, "shop/quick_order.html", {"form": form, "wrong": wrong, "good": good}, status=422)


def order_entries(request, good, wrong):
    """The good lines into the cart; what is wrong, or refused by the cart, stays in the field."""
    refused = put_many(request.company, request.user, [entry.wanted for entry in good])
    taken = len(good) - len(refused)
    text = ngettext("%(count)d line is in your cart.", "%(count)d lines are in your cart.", taken)
    messages.success(request, text % {"count": taken})
    for article, reason in refused:
        messages.warning(request, f"{article.name}: {reason}")
    if not wrong:
        return redirect("cart_detail", request.company.number)
    form = QuickOrderForm(initial={"lines": "\n".join(entry.line for entry in wrong)})
    return render(request, "shop/quick_order.html", {"form": form, "wrong": wrong, "good": []})
