from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.text import clean_query

from .models import Order


class CheckoutForm(forms.Form):
    reference = forms.CharField(label=_("Your reference"), max_length=80, required=False)
    cost_center = forms.CharField(label=_("Cost centre"), max_length=80, required=False)
    note = forms.CharField(
        label=_("Note to us"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    accepts_terms = forms.BooleanField(error_messages={"required": _("Please accept the terms to order.")})
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, terms_label="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["accepts_terms"].label = terms_label


class OrderFilter(forms.Form):
    """What a person looks for among the orders; anything unreadable counts as not asked."""

    q = forms.CharField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", _("All states")), *Order.State.choices])
    year = forms.ChoiceField(required=False)
    mine = forms.ChoiceField(required=False, choices=[("", _("Of everybody")), ("1", _("Mine"))])

    def __init__(self, data, *, years):
        super().__init__(data)
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]

    def apply(self, orders, user):
        """The orders that match."""
        self.is_valid()
        asked = self.cleaned_data
        if words := clean_query(asked.get("q", "")):
            orders = orders.search(words)
        if state := asked.get("state"):
            orders = orders.filter(state=state)
        if year := asked.get("year"):
            orders = orders.filter(placed_at__year=year)
        return orders.filter(ordered_by=user) if asked.get("mine") else orders

    @property
    def is_used(self):
        return any(self.cleaned_data.values())


class DecisionForm(forms.Form):
    reason = forms.CharField(label=_("A word to who ordered"), max_length=300, required=False)
