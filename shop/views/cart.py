from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.missing import Missing, still_there
from access.rights import Right

from ..cart import CartRefused, LineGone, change, confirm_prices, lines_of, put, read_cart, take_out
from ..forms import ParticipantsForm, QuantityForm
from ..models import Article
from ..waiting import goes_on
from .articles import article_page, fitting_article


@require_POST
@company_view(needs=Right.SHOP)
def cart_add(request, article):
    article = fitting_article(request, article)
    if article.dates_offered:
        return add_training(request, article)
    asked = request.POST if "quantity" in request.POST else {"quantity": article.min_quantity}
    form = QuantityForm(asked, article=article)
    if not form.is_valid():
        return article_page(request, article, form, status=422)
    return put_in(request, article, form, **form.given())


@require_POST
@company_view(needs=Right.SHOP)
def maintenance_extend(request, product):
    """Puts what extends the maintenance of a product, or its rent, into the cart, unless it is there."""
    kind = Article.Kind.RENT if "rent" in request.POST else Article.Kind.FLAT
    found = goes_on(request.company, product).filter(kind=kind).first()
    if found is None:
        return redirect("maintenance_article", request.company.number, product)
    if lines_of(request.company, request.user).filter(article=found).exists():
        messages.info(request, _("“%(name)s” is in your cart.") % {"name": found.name})
        return redirect("cart_detail", request.company.number)
    article = fitting_article(request, found.number)
    form = QuantityForm({"quantity": article.min_quantity}, article=article)
    if not form.is_valid():
        return article_page(request, article, form, status=422)
    return put_in(request, article, form, **form.given())


def add_training(request, article):
    """A training goes into the cart with its date and the names of who comes."""
    if "participants" not in request.POST:
        messages.info(request, _("Please choose a date and name who takes part."))
        return redirect("article_detail", request.company.number, article.number)
    form = article.form_of_dates(request.POST)
    if not form.is_valid():
        return article_page(request, article, form, status=422)
    more = {"date": form.dates[form.cleaned_data["date"]], "participants": form.cleaned_data["participants"]}
    return put_in(request, article, form, form.quantity, **more)


def put_in(request, article, form, quantity, **more):
    try:
        put(request.company, request.user, article, quantity, **more)
    except CartRefused as refusal:
        form.add_error("quantity" if "quantity" in form.fields else None, str(refusal))
        return article_page(request, article, form, status=422)
    if request.htmx:
        request.cart_lines = lines_of(request.company, request.user).count()
        return render(request, "shop/_added.html", {"article": article, "quantity": quantity, "oob": True})
    if "checkout" in request.POST:
        return redirect("order_create", request.company.number)
    messages.success(request, _("“%(name)s” is in your cart.") % {"name": article.name})
    return redirect("cart_detail", request.company.number)


@company_view(needs=Right.SHOP)
def cart_detail(request):
    return render(request, "shop/cart_detail.html", {"cart": read_cart(request.company, request.user)})


def own_line(request, pk):
    lines = lines_of(request.company, request.user).select_related("article", "date")
    return still_there(lines, "cart_detail", _("This line is no longer in your cart."), pk=pk)


@require_POST
@company_view(needs=Right.SHOP)
def cart_update(request, pk):
    line = own_line(request, pk)
    form = ParticipantsForm(request.POST) if line.date_id else QuantityForm(request.POST, article=line.article)
    field = "participants" if line.date_id else "quantity"
    if not form.is_valid():
        return refuse(request, line, field, next(iter(form.errors.values()))[0])
    try:
        change(request.company, request.user, line, **form.given())
    except LineGone as gone:
        raise Missing("cart_detail", str(gone)) from gone
    except CartRefused as refusal:
        return refuse(request, line, field, str(refusal))
    messages.success(request, _("The cart has been changed."))
    return redirect("cart_detail", request.company.number)


def refuse(request, line, field, error):
    cart = read_cart(request.company, request.user)
    context = {"cart": cart, "refused": line.pk, "typed": request.POST.get(field, ""), "error": error}
    return render(request, "shop/cart_detail.html", context, status=422)


@require_POST
@company_view(needs=Right.SHOP)
def cart_remove(request, pk):
    line = own_line(request, pk)
    try:
        take_out(request.company, request.user, line)
    except LineGone as gone:
        raise Missing("cart_detail", str(gone)) from gone
    messages.success(request, _("“%(name)s” has been taken out.") % {"name": line.article.name})
    return redirect("cart_detail", request.company.number)


@require_POST
@company_view(needs=Right.SHOP)
def cart_confirm(request):
    confirm_prices(request.company, request.user)
    messages.success(request, _("The new prices have been accepted."))
    return redirect("cart_detail", request.company.number)
