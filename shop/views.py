from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right

from .cart import CartRefused, lines_of, put, read_cart
from .catalogue import browse
from .forms import SORTS, QuantityForm
from .models import Article


@company_view(needs=Right.SHOP)
def article_list(request):
    asked = {name: request.GET.get(name, "") for name in ("q", "category", "sort", "page")}
    page, shelves, total, only_similar = browse(
        request.company, query=asked["q"], category=asked["category"], sort=asked["sort"], page=asked["page"]
    )
    context = {**asked, "page": page, "shelves": shelves, "total": total, "only_similar": only_similar, "sorts": SORTS}
    return render(request, "shop/article_list.html", context)


def fitting_article(request, number):
    """An article the company may order; Http404 alike for what does not fit and what does not exist."""
    article = Article.objects.fitting(request.company).with_reason(request.company).with_prices(request.company)
    if "\0" in number or not (found := article.filter(number=number).select_related("category").first()):
        raise Http404
    return found


@company_view(needs=Right.SHOP)
def article_detail(request, article):
    return render(
        request, "shop/article_detail.html", {"article": fitting_article(request, article), "form": QuantityForm()}
    )


@require_POST
@company_view(needs=Right.SHOP)
def cart_add(request, article):
    article = fitting_article(request, article)
    form = QuantityForm(request.POST if "quantity" in request.POST else {"quantity": 1})
    if form.is_valid():
        try:
            put(request.company, request.user, article, form.cleaned_data["quantity"])
        except CartRefused as refusal:
            form.add_error("quantity", str(refusal))
    if form.errors:
        return render(request, "shop/article_detail.html", {"article": article, "form": form}, status=422)
    if request.htmx:
        request.cart_units = read_cart(request.company, request.user).units
        return render(request, "shop/_added.html", {"article": article, "oob": True})
    messages.success(request, _("“%(name)s” is in your cart.") % {"name": article.name})
    return redirect("cart_detail", request.company.number)


@company_view(needs=Right.SHOP)
def cart_detail(request):
    return render(request, "shop/cart_detail.html", {"cart": read_cart(request.company, request.user)})


def own_line(request, pk):
    return get_object_or_404(lines_of(request.company, request.user).select_related("article"), pk=pk)


@require_POST
@company_view(needs=Right.SHOP)
def cart_update(request, pk):
    line, form = own_line(request, pk), QuantityForm(request.POST)
    if form.is_valid():
        article = fitting_article(request, line.article.number)
        put(request.company, request.user, article, form.cleaned_data["quantity"], on_top=False)
        messages.success(request, _("The quantity has been changed."))
    else:
        messages.error(request, f"{line.article.name}: {form.errors['quantity'][0]}")
    return redirect("cart_detail", request.company.number)


@require_POST
@company_view(needs=Right.SHOP)
def cart_remove(request, pk):
    line = own_line(request, pk)
    line.delete()
    messages.success(request, _("“%(name)s” has been taken out.") % {"name": line.article.name})
    return redirect("cart_detail", request.company.number)
