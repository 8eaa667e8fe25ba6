"""Fields of the admin's forms as elsewhere in the portal: the browser's own calendar, no windows that open others."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest

if TYPE_CHECKING:
    # What it is mixed into.
    _Mixed = admin.options.BaseModelAdmin
    _MixedTable = admin.ModelAdmin
else:
    _Mixed = _MixedTable = object

DAY = {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
MOMENT = {
    "form_class": forms.DateTimeField,
    "widget": forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": "1"}),
}


class OurFields(_Mixed):
    """For a ModelAdmin or the rows of another kind on its page."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateTimeField):
            kwargs |= MOMENT
        elif isinstance(db_field, models.DateField):
            kwargs |= DAY
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # What a row leads to is opened from its own list.
            field.widget = field.widget.widget
        return field


class OurForms(OurFields, _MixedTable):
    """For a ModelAdmin: its own fields, and those of the rows on its page."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the buttons of what comes next (decide_button) and of the preview, where the table has them."""
        row = context.get("original")
        if row is not None and hasattr(self, "decide_button") and self._may_decide(request):
            context["next_step"] = self.decide_button(row)
        if row is not None and hasattr(self, "preview_address"):
            context["preview_address"] = self.preview_address(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def _may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[InlineModelAdmin]]:
        return [_ours(inline) for inline in super().get_inlines(request, obj)]


def _ours(inline: type[InlineModelAdmin]) -> type[InlineModelAdmin]:
    return type(inline.__name__, (OurFields, inline), {"__module__": inline.__module__, "__doc__": inline.__doc__})
