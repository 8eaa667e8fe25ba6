"""What staff fill in to publish documents for many companies."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.numbers import companies_of, numbers_in
from portal.lib.days import today
from portal.lib.uploads import check_pdf

from ..models import Document, Maintenance, Product, Publication
from .choosing import MOST, NONE, choose

MOST_MEGABYTES = 20
TELLS = gettext_lazy("Tell the licence holders by e-mail")
TELLS_HELP = gettext_lazy("One mail to each company. Documents with a later date are not announced.")


class OneForm(forms.Form):
    """One paper and the companies that get it."""

    file = forms.FileField(label=gettext_lazy("PDF"), widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", gettext_lazy("please choose")), *Document.Kind.choices]
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    number = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=39,
        help_text=gettext_lazy("The customer number is put behind it, such as AVV-2026-12345."),
    )
    dated_on = forms.DateField(
        label=gettext_lazy("Date"),
        initial=today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("With a later date the customers see it from that day on."),
    )
    numbers = forms.CharField(
        label=gettext_lazy("Customer numbers"),
        required=False,
        max_length=MOST * 40,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("In any spelling, one a line or with commas between. Empty: by the choice below."),
    )
    product = forms.ModelChoiceField(
        Product.objects.filter(is_active=True), label=gettext_lazy("Licence for"), required=False,
        empty_label=gettext_lazy("all"),
    )  # fmt: skip
    maintenance = forms.ChoiceField(
        label=gettext_lazy("Maintenance"),
        required=False,
        choices=[("", gettext_lazy("all")), *Maintenance.Kind.choices, (NONE, pgettext_lazy("maintenance", "none"))],
    )
    avv = forms.ChoiceField(
        label=gettext_lazy("Data processing (AVV)"),
        required=False,
        choices=[("", gettext_lazy("all")), ("missing", gettext_lazy("missing")), ("valid", gettext_lazy("concluded"))],
    )
    homecase = forms.ChoiceField(
        label=gettext_lazy("HOMECASE"),
        required=False,
        choices=[("", gettext_lazy("all")), ("yes", gettext_lazy("uses it")), ("no", gettext_lazy("does not use it"))],
    )
    postal_code = forms.CharField(label=gettext_lazy("Postal code begins with"), max_length=12, required=False)
    everybody = forms.BooleanField(label=gettext_lazy("All customers with a running contract"), required=False)
    tells = forms.BooleanField(label=TELLS, initial=True, required=False, help_text=TELLS_HELP)

    WHO = ("product", "maintenance", "avv", "homecase", "postal_code")

    def clean_file(self) -> Any:
        check_pdf(self.cleaned_data["file"], megabytes=MOST_MEGABYTES)
        return self.cleaned_data["file"]

    def clean_numbers(self) -> list[str]:
        numbers = numbers_in(self.cleaned_data["numbers"])
        if len(numbers) > MOST:
            raise forms.ValidationError(_("Too many numbers; one publication takes up to %d.") % MOST)
        return numbers

    def clean(self) -> None:
        """companies, unknown: whom it is for, and numbers that mean no company."""
        data, errors = self.cleaned_data, self.errors
        if errors.keys() & {"numbers", *self.WHO}:
            return
        chosen = {name: data[name] for name in self.WHO if data.get(name)}
        if data.get("numbers") and (chosen or data.get("everybody")):
            self.add_error("numbers", _("Please give numbers or choose below, not both."))
        elif data.get("numbers"):
            data["companies"], data["unknown"] = companies_of(data["numbers"])
        elif chosen or data.get("everybody"):
            data["companies"], data["unknown"] = self._chosen(chosen), []
        else:
            self.add_error("numbers", _("Please say which companies get it."))

    def _chosen(self, chosen: dict[str, Any]) -> list[Any]:
        companies = choose(**chosen)
        if not companies:
            raise forms.ValidationError(_("All of this applies to no company."))
        if len(companies) > MOST:
            raise forms.ValidationError(_("These are too many companies; one publication takes up to %d.") % MOST)
        return companies

    def given(self) -> dict[str, Any]:
        """Keyword arguments for contracts.publishing.running.make_one, but the file."""
        names = ("companies", "unknown", "kind", "number", "title", "dated_on", "tells")
        return {name: self.cleaned_data[name] for name in names}


class PackageForm(forms.Form):
    """A ZIP of documents with its index."""

    name = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("For the list of publications; customers do not see it."),
    )
    package = forms.FileField(
        label=gettext_lazy("ZIP with an index"), widget=forms.FileInput(attrs={"accept": ".zip,application/zip"})
    )
    tells = forms.BooleanField(label=TELLS, initial=True, required=False, help_text=TELLS_HELP)

    def clean_package(self) -> Any:
        package = self.cleaned_data["package"]
        if package.size > settings.UPLOAD_WHOLE_LIMIT:
            most = settings.UPLOAD_WHOLE_LIMIT // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(most)d MB.") % {"most": most})
        return package


class StartForm(forms.Form):
    """The words that are needed before it begins; those that are not are not asked."""

    without_refused = forms.BooleanField(label=gettext_lazy("Publish the others without the refused rows"))
    over_filed = forms.BooleanField(label=gettext_lazy("Replacing documents that are filed is meant"))

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = publication.counts()
        for name, key in (("without_refused", "refused"), ("over_filed", "version")):
            self.fields[name].required = False
            if not counts.get(key):
                del self.fields[name]


class RecallForm(forms.Form):
    recall = forms.ChoiceField(
        label=gettext_lazy("What is wrong"), choices=Document.Recall.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=gettext_lazy("Reason, which the customer reads"), max_length=500)
