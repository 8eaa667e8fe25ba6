import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList, flatatt
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .days import today
from .text import clean_query

# Nothing here is older.
FIRST_DAY = dt.date(1970, 1, 1)


class PortalRenderer(TemplatesSetting):
    """Draws each form field with label, help and errors tied to the input (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class RowRenderer(PortalRenderer):
    """For forms that stand in rows, many on a page: plain inputs, and errors that are not there, need no template."""

    INPUTS = {f"django/forms/widgets/{name}.html" for name in ("text", "number", "checkbox", "hidden")}

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == ErrorList.template_name and not context["errors"]:
            return SafeString("")
        if template_name not in self.INPUTS:
            return super().render(template_name, context, request)
        widget = context["widget"]
        value = {} if widget["value"] is None else {"value": str(widget["value"])}
        # Nobody hears of a hidden field: it needs no description.
        attrs = {"id": widget["attrs"].get("id")} if widget["is_hidden"] else widget["attrs"]
        return format_html('<input type="{}" name="{}"{}>', widget["type"], widget["name"], flatatt({**value, **attrs}))


class SearchField(forms.CharField):
    """Words to look for, as pasted from anywhere: unseen signs and line breaks count as blanks, too much is cut."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_query(super().to_python(value) or "")


class PastDayField(forms.DateField):
    """Today or a day that is over, out of the browser's picker or typed as 3.12.2026."""

    input_formats = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y")
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> dt.date | None:
        day = super().clean(value)
        if day and day > today():
            raise ValidationError(_("This day is still to come."))
        if day and day < FIRST_DAY:
            raise ValidationError(_("Please choose a day from 1970 on."))
        return day
