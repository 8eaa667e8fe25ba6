from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Enquiry


class EnquiryForm(forms.ModelForm):
    class Meta:
        model = Enquiry
        fields = ["about", "message"]
        labels = {"about": _("What it is about"), "message": _("What would you like to know?")}
        error_messages = {"message": {"required": _("Please write a few words, so that we can answer.")}}
