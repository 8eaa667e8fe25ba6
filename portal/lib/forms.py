import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList, flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .days import today
from .text import clean_query

# Nothing here is older.
FIRST_DAY = dt.date(1970, 1, 1)


WIDGETS = "django/forms/widgets"
INPUTS = {f"{WIDGETS}/{name}.html" for name in ("text", "number", "checkbox", "date", "email", "input")}
HIDDEN, SELECT = f"{WIDGETS}/hidden.html", f"{WIDGETS}/select.html"


class PortalRenderer(TemplatesSetting):
    """Draws each form field with label, help and errors tied to the input (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Plain inputs and selects as Django's templates draw them, without these: every list has some."""
        if template_name == HIDDEN:
            # Nobody hears of a hidden field: it needs no description.
            return _input(context["widget"], {"id": context["widget"]["attrs"].get("id")})
        if template_name in INPUTS:
            return _input(context["widget"], context["widget"]["attrs"])
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


class RowRenderer(PortalRenderer):
    """For forms that stand in rows, many on a page: errors that are not there need no template."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == ErrorList.template_name and not context["errors"]:
            return SafeString("")
        return super().render(template_name, context, request)


def _input(widget: dict[str, Any], attrs: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else flatatt({"value": str(widget["value"])})
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, flatatt(attrs))


def _select(widget: dict[str, Any]) -> SafeString:
    """With an empty choice where a required list has none: HTML wants one to begin with."""
    attrs, groups = widget["attrs"], widget["optgroups"]
    begins_empty = groups and groups[0][1] and groups[0][1][0]["value"] == ""
    is_forced = attrs.get("required") and not attrs.get("multiple") and not begins_empty
    empty = SafeString('<option value="">&nbsp;</option>' if is_forced else "")
    drawn = format_html_join("", "{}", ((_group(name, options),) for name, options, _index in groups))
    return format_html('<select name="{}"{}>{}{}</select>', widget["name"], flatatt(attrs), empty, drawn)


def _group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    """An option always has something to read."""
    drawn = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((str(option["value"]), flatatt(option["attrs"]), option["label"] or "–") for option in options),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


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
