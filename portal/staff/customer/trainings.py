"""Dates and participants of the trainings in an order for a customer, asked beside each line as the shop asks them."""

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.models import Company, User
from shop.cart import CartRefused, CartView, LineGone, change, lines_of, put
from shop.forms import ParticipantsForm, TrainingForm
from shop.models import Article, TrainingDate

# As many as the article's page offers.
MOST_DATES = 20


def ask_along(cart: CartView, refused: forms.Form | None = None) -> None:
    """Give each line of a training its form as `asks`; refused: the one that was sent and not taken."""
    dates = _dates_of([line.article.pk for line in cart.lines])
    for line in cart.lines:
        asks: Any = None
        if line.row.date_id:
            asks = ParticipantsForm(initial={"participants": line.row.participants}, prefix=str(line.row.pk))
        elif dates[line.article.pk]:
            asks = TrainingForm(dates=dates[line.article.pk], prefix=str(line.row.pk))
        line.asks = refused if asks and refused and refused.prefix == asks.prefix else asks  # type: ignore[attr-defined]


def _dates_of(articles: list[int]) -> dict[int, list[TrainingDate]]:
    """Article -> its next dates with their free seats; one query."""
    found: dict[int, list[TrainingDate]] = defaultdict(list)
    for date in TrainingDate.objects.coming().filter(article__in=articles).with_taken():
        if len(found[date.article_id]) < MOST_DATES:
            found[date.article_id].append(date)
    return found


def form_of(company: Company, user: User, line: int, data: Any) -> forms.Form:
    """What was sent for a line of the staff's cart: a date with participants, or other participants.

    Raises LineGone for what is not in the cart any more.
    """
    row = lines_of(company, user).filter(pk=line).first()
    if row is None:
        raise LineGone(_("This line is no longer in the cart."))
    form: forms.Form
    if row.date_id:
        form = ParticipantsForm(data, prefix=str(row.pk))
    else:
        form = TrainingForm(data, dates=_dates_of([row.article_id])[row.article_id], prefix=str(row.pk))
    form.row = row  # type: ignore[attr-defined]
    return form


def take(company: Company, user: User, form: Any) -> None:
    """Put into the cart what a valid form_of() says, by the shop's verbs. Raises CartRefused, LineGone."""
    if form.row.date_id:
        change(company, user, form.row, **form.given())
        return
    article = Article.objects.fitting(company).with_prices(company).filter(pk=form.row.article_id).first()
    if article is None:
        raise CartRefused(_("This article no longer fits the customer's licences."))
    date = form.dates[form.cleaned_data["date"]]
    put(company, user, article, form.quantity, date=date, participants=form.cleaned_data["participants"])
