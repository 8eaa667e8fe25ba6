"""An order that somebody of the customer gives on the telephone: lines, for whom, shown as it will be, placed once."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.acting import Actor
from access.models import Membership
from access.rights import Right
from accounts.models import Company
from orders.forms import CheckoutForm
from orders.models import Order
from orders.offer import Offer
from orders.placing import place_order, terms_of_sale
from orders.states import OrderRefused
from portal.lib.forms import SearchField
from portal.lib.refusals import Refused, told
from shop.cart import LineGone, lines_of, put_many, read_cart, take_out
from shop.models import Article
from shop.quick_order import read_lines
from shop.search import find

from . import trainings
from .page import StaffRequest, customer_page

NEEDS = "orders.add_order"
FOUND = 8
MOST_PEOPLE = 200


class LinesForm(forms.Form):
    lines = forms.CharField(
        label=gettext_lazy("Article numbers with quantity"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "TSA-K10014; 2"}),
        help_text=gettext_lazy("One line per article: number; quantity."),
    )


class PlaceForm(CheckoutForm):
    """The checkout of the customer with the one who orders on the telephone."""

    orderer = forms.ModelChoiceField(
        Membership.objects.none(),
        label=gettext_lazy("Who orders"),
        empty_label=gettext_lazy("please choose"),
        help_text=gettext_lazy("Limits and approval are this person's; the receipt goes to them."),
    )
    field_order = ["orderer", "reference", "cost_center", "wished_on", "note", "accepts_terms"]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, terms_label=gettext_lazy("The person knows the terms and has agreed to them"), **kwargs)
        self.fields["orderer"].queryset = people  # type: ignore[attr-defined]


@customer_page("customer_orders", NEEDS)
def order(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    """The step of staff: "add" lines, "train" (who comes when), "remove" one, or "place"."""
    act = request.POST.get("act", "") if request.method == "POST" else ""
    return ACTS[act](request, company) if act in ACTS else shown(request, company)


def shown(request: StaffRequest, company: Company, **more: Any) -> dict[str, Any]:
    """The step as things are now; more: what was typed and refused."""
    cart, terms = read_cart(company, request.user), terms_of_sale()
    form = more.pop("form", None) or PlaceForm(initial={"form_key": uuid.uuid4()}, people=orderers(company))
    changed = form.show(Offer.of(cart, company, terms))
    trainings.ask_along(cart, more.pop("asked", None))
    words = SearchField().to_python(request.GET.get("q", ""))
    context = {"cart": cart, "terms": terms, "form": form, "changed": changed, "words": words, "lines": LinesForm()}
    if words:
        fitting = Article.objects.fitting(company).with_prices(company)
        numbers = [article.pk for article in find(Article.objects.fitting(company), words)[0][:FOUND]]
        articles = fitting.in_bulk(numbers)
        context["found"] = [articles[pk] for pk in numbers if pk in articles]
    return {**context, **more}


def orderers(company: Company) -> Any:
    """Members who may order today."""
    rows = company.memberships.open().with_people().prefetch_related("rights__permission")[:MOST_PEOPLE]
    may = [row.pk for row in rows if row.may(Right.SHOP)]
    return company.memberships.filter(pk__in=may).with_people()


def add(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    form = LinesForm(request.POST)
    if not form.is_valid():
        return shown(request, company, lines=form, status=422)
    entries = read_lines(company, form.cleaned_data["lines"])
    good = [entry for entry in entries if not entry.error]
    refused = put_many(company, request.user, [entry.wanted for entry in good])
    sentences = [f"{entry.text}: {entry.error}" for entry in entries if entry.error]
    sentences += [f"{article.number}: {why}" for article, why in refused]
    if not sentences:
        return again(company)
    form = LinesForm({"lines": "\n".join(entry.line for entry in entries if entry.error)})
    form.full_clean()
    for sentence in sentences:
        form.add_error("lines", sentence)
    return shown(request, company, lines=form, status=422)


def line_asked(request: StaffRequest) -> int:
    """The cart line that a form is about; 0 for what is none."""
    asked = request.POST.get("line", "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else 0


def remove(request: StaffRequest, company: Company) -> HttpResponse:
    row = lines_of(company, request.user).filter(pk=line_asked(request)).first()
    if row is not None:
        with told(request):
            take_out(company, request.user, row)
    return again(company)


def train(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    try:
        form = trainings.form_of(company, request.user, line_asked(request), request.POST)
    except LineGone as gone:
        messages.error(request, str(gone))
        return again(company)
    if form.is_valid():
        with told(request, form):
            trainings.take(company, request.user, form)
    return again(company) if form.is_valid() else shown(request, company, asked=form, status=422)


def place(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    form = PlaceForm(request.POST, people=orderers(company))
    if not form.is_valid():
        return shown(request, company, form=form, status=422)
    target = form.cleaned_data["orderer"]
    target.company = company
    try:
        made = place_order(target, by=Actor.staff(request.user, company.pk), **form.given())
    except (OrderRefused, Refused) as refusal:
        return shown(request, company, form=form, refusal=str(refusal), status=409)
    waits = made.state == Order.State.WAITING
    words = _("Order %(number)s waits for approval at the customer.") if waits else _("Order %(number)s is placed.")
    messages.success(request, words % {"number": made.number})
    return redirect("admin:customer_orders", company.pk)


def again(company: Company) -> HttpResponse:
    return redirect(reverse("admin:customer_order", args=[company.pk]))


ACTS = {"add": add, "train": train, "remove": remove, "place": place}
