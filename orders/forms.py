from datetime import date, datetime, timedelta
from functools import partial

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.lib.chips import Chip
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

    def __init__(self, *args, terms_label="", known=None, **kwargs):
        """known: when the person accepted the terms in force before; then they are not asked again."""
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["accepts_terms"].label = terms_label
        self.fields["accepts_terms"].required = not known

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


# Groups of states, as the list offers them beside the states themselves.
GROUPS = [
    ("asks", _("Waiting for you")),
    ("work", _("In progress")),
    ("fulfilled", _("Fulfilled")),
    ("cancelled", _("Cancelled")),
]


class OrderFilter(forms.Form):
    """What a person looks for among the orders; anything unreadable counts as not asked."""

    q = SearchField(widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Article, number, name")}))
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("All states")),
            *GROUPS[:2],
            *((state, TOLD.get(state, state.label)) for state in Order.State),
        ],
    )
    year = forms.IntegerField(required=False, min_value=1, max_value=9999)
    mine = forms.ChoiceField(required=False, choices=[("", _("Of everybody")), ("1", _("Mine"))])
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    article = SearchField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data, *, person, may_approve):
        super().__init__(data)
        self.person, self.may_approve = person, may_approve
        self._found = None
        for name in ("state", "mine"):
            self.fields[name].widget.attrs["data-apply"] = True
        self.is_valid()
        self.asked = self.cleaned_data

    def offer_years(self, years):
        """Let the year be chosen out of those that have orders."""
        chosen = self.asked.get("year")
        years = sorted({*years, *([chosen] if chosen else [])}, reverse=True)
        self.fields["year"].widget = forms.Select(
            attrs={"data-apply": True}, choices=[("", _("All years")), *((str(year), str(year)) for year in years)]
        )

    def found(self, orders):
        """The orders that match in all but year and state, with group. Looked for once, however often it is asked."""
        if self._found is None:
            self._found = self._matching(orders)
        return self._found

    def _matching(self, orders):
        asked = self.asked
        orders = orders.searched(asked.get("q", "")).with_group(self.person, may_approve=self.may_approve)
        if since := asked.get("since"):
            orders = orders.filter(placed_at__gte=start_of(since))
        if (until := asked.get("until")) and until < date.max:
            orders = orders.filter(placed_at__lt=start_of(until + timedelta(days=1)))
        if article := asked.get("article"):
            orders = orders.with_article(article)
        return orders.filter(ordered_by=self.person) if asked.get("mine") else orders

    @property
    def is_plain(self):
        """Whether all orders of the company are asked for, of whatever year and state."""
        return not any(self.asked.get(name) for name in ("q", "since", "until", "article", "mine"))

    @property
    def is_whole(self):
        """Whether nothing is asked at all."""
        return self.is_plain and not self.asked.get("year") and not self.asked.get("state")

    def narrowed(self, found):
        """Of those that were found the ones of the year and the state that are asked for."""
        if year := self.asked.get("year"):
            found = found.filter(placed_at__year=year)
        if state := self.asked.get("state"):
            found = found.filter(Q(state=state) | Q(group=state))
        return found

    def offer_groups(self, counts):
        """Offer the groups of states that have orders, or are asked for; counts: group -> number of orders."""
        asked = self.asked.get("state")
        self.groups = [
            (group, label, counts.get(group, 0)) for group, label in GROUPS if counts.get(group) or group == asked
        ]

    def chips(self):
        """A Chip for each thing asked, but for the groups of states, which have chips of their own."""
        asked, labels = self.asked, dict(self.fields["state"].choices)
        day = partial(date_format, format="d.m.Y")
        words = [
            ("q", _("“%(words)s”") % {"words": asked.get("q")}),
            ("state", "" if asked.get("state") in dict(GROUPS) else labels.get(asked.get("state"), "")),
            ("year", asked.get("year")),
            ("mine", _("Mine")),
            ("since", _("from %(day)s") % {"day": day(asked["since"])} if asked.get("since") else ""),
            ("until", _("until %(day)s") % {"day": day(asked["until"])} if asked.get("until") else ""),
            ("article", _("Article %(number)s") % {"number": asked.get("article")}),
        ]
        return [Chip.of(str(text), self.data, name) for name, text in words if asked.get(name) and text]


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
