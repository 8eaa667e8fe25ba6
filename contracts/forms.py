from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.lib.chips import Chip
from portal.lib.forms import SearchField
from portal.lib.searching import every_word

from .models import Document


class AvvForm(forms.Form):
    """Who concludes the agreement. shown: SHA-256 of the text on the screen."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    function = forms.CharField(
        label=_("Your function at the company"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        help_text=_("For example managing director or authorised signatory."),
    )
    agrees = forms.BooleanField(
        label=_("I have read the agreement, am entitled to conclude it for my company, and conclude it."),
        error_messages={"required": _("Please confirm that you conclude the agreement.")},
    )
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ObjectionForm(forms.Form):
    """Why a company does not want a new sub-processor."""

    text = forms.CharField(label=_("Why you object"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class SelectionForm(forms.Form):
    """Documents ticked in the list."""

    document = forms.ModelMultipleChoiceField(queryset=None)

    def __init__(self, data, *, documents):
        super().__init__(data)
        self.fields["document"].queryset = documents

    @property
    def refusal(self):
        """Why nothing can be loaded, in a sentence."""
        if self.errors.as_data()["document"][0].code == "required":
            return _("Please tick at least one document first.")
        return _("One of the documents is not there any more.")


class DocumentFilter(forms.Form):
    """What a person looks for in the list; anything unreadable counts as not asked."""

    q = SearchField(
        label=_("Title or number"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Title or number")}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Document.Kind.choices])
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, data, *, years):
        super().__init__(data)
        for name in ("kind", "year"):
            self.fields[name].widget.attrs["data-apply"] = ""
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]

    def apply(self, documents):
        """The documents that match."""
        self.is_valid()
        asked = self.cleaned_data
        documents = documents.filter(every_word(asked.get("q", ""), "title", "number"))
        if kind := asked.get("kind"):
            documents = documents.filter(kind=kind)
        if year := asked.get("year"):
            documents = documents.filter(dated_on__year=year)
        return documents

    @property
    def is_used(self):
        return any(self.cleaned_data.values())

    def chips(self):
        """A Chip for each thing asked."""
        asked = self.cleaned_data
        words = [
            ("q", _("“%(words)s”") % {"words": asked.get("q")}),
            ("kind", dict(self.fields["kind"].choices).get(asked.get("kind"), "")),
            ("year", asked.get("year")),
        ]
        return [Chip.of(str(text), self.data, name) for name, text in words if asked.get(name)]


class MonthForm(forms.Form):
    """Which month's invoices are shown; anything unreadable is the newest that has some."""

    month = forms.ChoiceField(label=_("Month"), required=False, widget=forms.Select(attrs={"data-apply": ""}))

    def __init__(self, data, *, months):
        super().__init__(data)
        self.months = {f"{month:%Y-%m}": month for month in months}
        named = [(key, date_format(month, "F Y")) for key, month in self.months.items()]
        self.fields["month"].choices = named

    @property
    def first_day(self):
        """The first day of the month asked for; None where there is no invoice at all."""
        newest = next(iter(self.months.values()), None)
        return self.months.get(self.data.get("month"), newest)

    @property
    def key(self):
        """The month as an address has it: "2026-11"."""
        return f"{self.first_day:%Y-%m}" if self.first_day else ""


class OpeningFilter(forms.Form):
    """Which openings a licence holder looks for; anything unreadable counts as not asked."""

    q = SearchField(label=_("Title or number"))
    person = forms.ChoiceField(label=_("Person"), required=False)

    def __init__(self, data, *, people):
        super().__init__(data)
        named = sorted((f"{first} {last}".strip(), str(pk)) for pk, first, last in people)
        self.fields["person"].choices = [("", _("Everybody")), *((pk, name) for name, pk in named)]

    def apply(self, openings):
        """The openings that match."""
        self.is_valid()
        asked = self.cleaned_data
        openings = openings.filter(every_word(asked.get("q", ""), "document__title", "document__number"))
        if person := asked.get("person"):
            openings = openings.filter(user=person)
        return openings

    @property
    def is_used(self):
        return any(self.cleaned_data.values())
