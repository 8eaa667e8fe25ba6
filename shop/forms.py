from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from portal.lib.chips import Chip
from portal.lib.erp import decoded
from portal.lib.forms import SearchField
from portal.lib.signs import refuse_hidden
from portal.lib.tags import money
from portal.lib.text import clean_query

from .models import Article
from .models.cart import MAX_QUANTITY
from .rent import periods_offered
from .trainings import date_refusal, day_of, names_in

WHOLE = {"invalid": _("Please enter a whole number."), "required": _("Please enter a whole number.")}


class QuantityForm(forms.Form):
    """How many; what the article asks of the quantity is checked when it is put into the cart."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        initial=1,
        error_messages=WHOLE,
        widget=forms.NumberInput(attrs={"class": "quantity", "inputmode": "numeric"}),
    )

    def __init__(self, *args, article=None, **kwargs):
        super().__init__(*args, **kwargs)
        if article:
            field = self.fields["quantity"]
            field.initial = article.min_quantity
            field.widget.attrs |= {"min": article.min_quantity, "step": article.quantity_step}
        if article and article.is_rent:
            field.label = _("Seats")
            self.fields["periods"] = PeriodsField(article)

    def given(self):
        """Keyword arguments for shop.cart.put and change."""
        return {"quantity": self.cleaned_data["quantity"], "periods": self.cleaned_data.get("periods")}


class PeriodsField(forms.TypedChoiceField):
    """For how many of its periods a rent is taken; without a choice it is left out, and None means as before."""

    def __init__(self, article):
        choices = periods_offered(article)
        super().__init__(
            label=_("Duration"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=choices,
            initial=article.min_periods,
            error_messages={"invalid_choice": _("Please choose one of the durations.")},
            widget=forms.Select if len(choices) > 1 else forms.HiddenInput,
        )


class ParticipantsForm(forms.Form):
    """Who comes to a training: a name per line."""

    participants = forms.CharField(
        label=_("Participants, one name per line"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("Please name who takes part.")},
    )

    def clean_participants(self):
        names = names_in(self.cleaned_data["participants"])
        if not names:
            raise forms.ValidationError(_("Please name who takes part."))
        for name in names:
            refuse_hidden(name)
        return "\n".join(names)

    @property
    def quantity(self):
        return len(names_in(self.cleaned_data["participants"]))

    def given(self):
        """Keyword arguments for shop.cart.change."""
        return {"participants": self.cleaned_data["participants"]}


class TrainingForm(ParticipantsForm):
    """A date with free seats, and who comes."""

    date = forms.ChoiceField(
        label=_("Date and place"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a date."), "invalid_choice": _("Please choose a date.")},
    )
    field_order = ["date", "participants"]

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        self.dates = {str(date.pk): date for date in dates}
        self.fields["date"].choices = [(pk, _label(date)) for pk, date in self.dates.items() if date.free]

    def clean(self):
        date, names = self.dates.get(self.cleaned_data.get("date")), self.cleaned_data.get("participants")
        if date and names and (refusal := date_refusal(date, self.quantity, names)):
            self.add_error("participants", refusal)


def _label(date):
    free = ngettext("%(count)d seat free", "%(count)d seats free", date.free) % {"count": date.free}
    return f"{day_of(date)} · {date.place} · {free}"


SORTS = [
    ("", _("Best first")),
    ("name", _("By name")),
    ("price", _("Cheapest first")),
    ("-price", _("Most expensive first")),
]
VIEWS = [("", _("List")), ("tiles", _("Tiles"))]


class PriceField(forms.DecimalField):
    """Euro, typed with comma or point."""

    def __init__(self, label):
        super().__init__(label=label, required=False, min_value=0, max_digits=10, decimal_places=2, localize=False)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "price-input"})

    def to_python(self, value):
        value = (value or "").strip().removesuffix("€").strip()
        # "1.299,00" as well as "1299.00".
        return super().to_python(value.replace(".", "").replace(",", ".") if "," in value else value)


class BrowseForm(forms.Form):
    """What a person asks of the shop. What cannot be read counts as not asked, and is told."""

    q = SearchField()
    category = forms.CharField(required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    product = forms.CharField(label=_("For product"), required=False)
    price_from = PriceField(_("Price from, euro net"))
    price_to = PriceField(_("Price to, euro net"))
    sort = forms.ChoiceField(label=pgettext_lazy("list", "Order"), required=False, choices=SORTS)
    view = forms.ChoiceField(required=False, choices=VIEWS)
    page = forms.CharField(required=False)

    def __init__(self, data):
        super().__init__(data, auto_id="%s")
        self.fields["kind"].choices = [("", _("All kinds")), *Article.Kind.choices]

    @property
    def asked(self):
        """{name: value} of all that could be read."""
        self.is_valid()
        empty = {"price_from": None, "price_to": None}
        return {name: self.cleaned_data.get(name, empty.get(name, "")) for name in self.fields}

    @property
    def is_narrowed(self):
        """Whether anything but a search is asked."""
        return any(
            self.asked[name] not in ("", None) for name in ("category", "kind", "product", "price_from", "price_to")
        )

    def chips(self, products):
        """A Chip for each thing asked but the words and the category; products: [(number, name)] that may be asked."""
        asked, money_of = self.asked, lambda name: money(self.asked[name])
        words = [
            ("kind", dict(Article.Kind.choices).get(asked["kind"])),
            ("product", dict(products).get(asked["product"], asked["product"])),
            ("price_from", _("from %(price)s") % {"price": money_of("price_from")}),
            ("price_to", _("up to %(price)s") % {"price": money_of("price_to")}),
            ("sort", dict(SORTS).get(asked["sort"])),
        ]
        return [Chip.of(str(text), self.data, name) for name, text in words if asked[name] not in ("", None)]


class ListForm(forms.Form):
    """The name of a shopping list, and whether colleagues see it."""

    name = forms.CharField(label=_("Name of the list"), max_length=80)
    is_shared = forms.BooleanField(label=_("Share with all colleagues who may order"), required=False)

    def clean_name(self):
        name = clean_query(self.cleaned_data["name"])[:80]
        if not name:
            raise forms.ValidationError(_("Please give the list a name."))
        return name


MOST_TYPED = 20_000
MOST_BYTES = 256 * 1024


class QuickOrderForm(forms.Form):
    """Lines typed or pasted, or a CSV file with the same."""

    lines = forms.CharField(
        label=_("Article numbers and quantities"),
        help_text=_("One article per line: number; quantity. Blanks, dots and dashes in the number do not matter."),
        required=False,
        max_length=MOST_TYPED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or a CSV file"),
        help_text=_("As Excel saves it: first column number, second column quantity."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 256 KB."))
        return read_text(file.read())

    def clean(self):
        text = f"{self.cleaned_data.get('lines') or ''}\n{self.cleaned_data.get('file') or ''}"
        if not text.strip() and not self.errors:
            self.add_error("lines", _("Please enter at least one article number."))
        self.cleaned_data["text"] = text.replace("\0", "").strip("\n")


def read_text(content):
    """The text of a file as spreadsheets save it. Raises ValidationError for what is none."""
    text = decoded(content)
    if content.startswith(b"PK\x03\x04") or "\0" in text:
        raise forms.ValidationError(_("This is not a CSV file. Please save the spreadsheet as CSV."))
    return text


class ParticipantForm(forms.Form):
    participant = forms.CharField(max_length=200, error_messages={"required": _("Please name who takes part.")})

    def clean_participant(self):
        names = names_in(self.cleaned_data["participant"])
        if len(names) != 1:
            raise forms.ValidationError(_("Please name who takes part."))
        return names[0]
