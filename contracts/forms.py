from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.text import clean_query

from .models import Document


class DocumentFilter(forms.Form):
    """What a person looks for in the list; anything unreadable counts as not asked."""

    q = forms.CharField(label=_("Title or number"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Document.Kind.choices])
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, data, *, years):
        super().__init__(data)
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]

    def apply(self, documents):
        """The documents that match."""
        self.is_valid()
        asked = self.cleaned_data
        for word in clean_query(asked.get("q", "")).split():
            documents = documents.filter(title__icontains=word) | documents.filter(number__icontains=word)
        if kind := asked.get("kind"):
            documents = documents.filter(kind=kind)
        if year := asked.get("year"):
            documents = documents.filter(dated_on__year=year)
        return documents

    @property
    def is_used(self):
        return any(self.cleaned_data.values())
