from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from .text import clean_query


class PortalRenderer(TemplatesSetting):
    """Draws each form field with label, help and errors tied to the input (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class SearchField(forms.CharField):
    """Words to look for, as pasted from anywhere: unseen signs and line breaks count as blanks, too much is cut."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_query(super().to_python(value) or "")
