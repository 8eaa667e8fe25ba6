from django.http import Http404
from django.shortcuts import render

from access.door import company_view
from access.rights import Right

from ..catalogue import bought_together, browse, read_article, suggest
from ..forms import BrowseForm, QuantityForm, TrainingForm
from ..misses import note_miss
from ..pictures import serve_picture
from ..vat import treatment_of


@company_view(needs=Right.SHOP)
def article_list(request):
    form = BrowseForm(request.GET)
    asked = form.asked
    found = browse(request.company, asked)
    if asked["q"] and not found.total and not form.is_narrowed:
        note_miss(asked["q"])
    return render(
        request,
        "shop/article_list.html",
        {"form": form, "asked": asked, "found": found, "chips": form.chips(found.products)},
    )


@company_view(needs=Right.SHOP)
def article_suggest(request):
    """The best hits while somebody types, as options of the search box."""
    articles, terms = suggest(request.company, request.GET.get("q", ""))
    return render(request, "shop/article_suggest.html", {"articles": articles, "terms": terms})


def fitting_article(request, number):
    """An article the company may order; Http404 alike for what does not fit and what does not exist."""
    article = read_article(request.company, number, request.user) if "\0" not in number else None
    if article is None:
        raise Http404
    article.form_of_dates = lambda data=None: TrainingForm(data, dates=article.dates_offered)
    return article


@company_view(needs=Right.SHOP)
def article_detail(request, article):
    article = fitting_article(request, article)
    form = article.form_of_dates() if article.dates_offered else QuantityForm(article=article)
    return article_page(request, article, form)


def article_page(request, article, form, status=200):
    context = {"article": article, "form": form, "vat_rate": treatment_of(request.company).rate(article)}
    context["together"] = bought_together(article, request.company)
    return render(request, "shop/article_detail.html", context, status=status)


@company_view(needs=Right.SHOP)
def article_picture(request, article, size, sha256):
    """A picture of a fitting article; its address changes with its content, so that browsers may keep it."""
    return serve_picture(request, fitting_article(request, article), size, sha256)
