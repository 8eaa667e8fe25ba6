from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Release


class RecallForm(forms.Form):
    reason = forms.CharField(label=_("Reason, as the customers read it"), max_length=300)
    successor = forms.ModelChoiceField(Release.objects.none(), label=_("Use instead"), required=False)

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        others = Release.objects.filter(product=release.product, withdrawn_on=None).exclude(pk=release.pk)
        self.fields["successor"].queryset = others.select_related("product").newest_first()
