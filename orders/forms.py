from datetime import date, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today
from portal.lib.forms import SearchField

from .models import TOLD, Order
from .offer import Offer, changes


class CheckoutForm(forms.Form):
    WISHES = ("reference", "cost_center", "note", "wished_on")

    reference = forms.CharField(label=_("Your reference"), max_length=80, required=False)
    cost_center = forms.CharField(label=_("Cost centre"), max_length=80, required=False)
    note = forms.CharField(
        label=_("Note to us"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    wished_on = forms.DateField(
        label=_("Preferred date"),
        required=False,
        help_text=_("When services or delivery would suit you; we get in touch."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    accepts_terms = forms.BooleanField(error_messages={"required": _("Please accept the terms to order.")})
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    # The Offer that was on screen, sealed.
    shown = forms.CharField(max_length=200_000, widget=forms.HiddenInput)

    def __init__(self, *args, terms_label="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["accepts_terms"].label = terms_label

    def clean_wished_on(self):
        day = self.cleaned_data["wished_on"]
        if day and day < today():
            raise forms.ValidationError(_("This day is over already."))
        return day

    def clean_shown(self):
        offer = Offer.opened(self.cleaned_data["shown"])
        if offer is None:
            raise forms.ValidationError(
                _("Something has changed since this page was shown. Please check it once more.")
            )
        return offer

    def show(self, now):
        """Carry what the page shows from now on (an Offer). Returns what is different from what it showed before.

        Nobody has accepted terms that were not on screen.
        """
        if not self.is_bound:
            self.initial["shown"] = now.sealed()
            return []
        before = Offer.opened(self.data.get("shown", ""))
        self.data = self.data.copy()
        self.data["shown"] = now.sealed()
        if before is None or not before.has_same_terms(now):
            self.data.pop("accepts_terms", None)
        return changes(before, now) if before and before != now else []

    def given(self):
        """Keyword arguments for orders.placing.place_order."""
        return {name: self.cleaned_data[name] for name in ("form_key", "shown", *self.WISHES)}


def start_of(day):
    """The first moment of a day in Berlin."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


class OrderFilter(forms.Form):
    """What a person looks for among the orders; anything unreadable counts as not asked."""

    q = SearchField()
    state = forms.ChoiceField(
        required=False,
        choices=[("", _("All states")), *((state, TOLD.get(state, state.label)) for state in Order.State)],
    )
    year = forms.ChoiceField(required=False)
    mine = forms.ChoiceField(required=False, choices=[("", _("Of everybody")), ("1", _("Mine"))])
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    article = SearchField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data, *, years):
        super().__init__(data)
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]

    def apply(self, orders, user):
        """The orders that match."""
        self.is_valid()
        asked = self.cleaned_data
        orders = orders.search(asked.get("q", ""))
        if state := asked.get("state"):
            orders = orders.filter(state=state)
        if year := asked.get("year"):
            orders = orders.filter(placed_at__year=year)
        if since := asked.get("since"):
            orders = orders.filter(placed_at__gte=start_of(since))
        if (until := asked.get("until")) and until < date.max:
            orders = orders.filter(placed_at__lt=start_of(until + timedelta(days=1)))
        if article := asked.get("article"):
            orders = orders.with_article(article)
        return orders.filter(ordered_by=user) if asked.get("mine") else orders

    @property
    def is_used(self):
        return any(self.cleaned_data.values())


class DecisionForm(forms.Form):
    APPROVE, REJECT = "approve", "reject"

    decision = forms.ChoiceField(
        choices=[(APPROVE, _("Approve")), (REJECT, _("Reject"))],
        error_messages={name: _("Please approve or reject the order.") for name in ("required", "invalid_choice")},
    )
    reason = forms.CharField(label=_("Your message to who ordered"), max_length=300, required=False)


class AnswerForm(forms.Form):
    """To what the vendor offers of an order."""

    AGREE, WITHDRAW = "agree", "withdraw"

    decision = forms.ChoiceField(
        choices=[(AGREE, _("Order the rest")), (WITHDRAW, _("Withdraw the order"))],
        error_messages={
            name: _("Please take the rest or withdraw the order.") for name in ("required", "invalid_choice")
        },
    )
    reason = forms.CharField(label=_("Your message to us"), max_length=300, required=False)
