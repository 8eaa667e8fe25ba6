"""Admin pages that change rows by verbs: what a verb refuses is said on the page, and nothing is stored."""

import json
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .refusals import Refused


class ChangedMeanwhile(Refused):
    """Somebody else changed the same fields since the page was shown. stored: field -> what is stored now."""

    def __init__(self, stored: dict[str, Any]) -> None:
        super().__init__(_("Somebody else has changed something here meanwhile. Nothing was saved; please compare."))
        self.stored = stored


def stale(row: Any, changes: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Field -> stored value, where it is neither what the page showed nor what is wanted. changes: see ShownForm."""
    now = {name: getattr(row, name) for name in changes}
    return {name: now[name] for name, (shown, wanted) in changes.items() if now[name] not in (shown, wanted)}


class ByVerbs:
    """For a ModelAdmin whose save_model calls verbs. Its forms have `refuse(refusal)`."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except Refused as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            # Once more: the form is refused now, and shown again.
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[forms.ModelForm]:
        return self.refusing(request, super().get_form(request, obj, **kwargs))  # type: ignore[misc]

    def refusing(self, request: HttpRequest, form: type[forms.ModelForm]) -> type[forms.ModelForm]:
        """The form's class; after a refusal one that says it."""
        if refusal := getattr(request, "refusal", None):
            return type(form.__name__, (_Refusing, form), {"refusal": refusal})
        return form


class _Refusing:
    refusal: Refused

    def clean(self) -> Any:
        data = super().clean()  # type: ignore[misc]
        self.refuse(self.refusal)  # type: ignore[attr-defined]
        return data


class RefusedForm(forms.ModelForm):
    """A form that can show why a verb refused what it sent."""

    def refuse(self, refusal: Refused) -> None:
        if isinstance(refusal, ChangedMeanwhile):
            self.tell_stored(refusal.stored)
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def tell_stored(self, stored: dict[str, Any]) -> None:
        """What is stored now, beside each field where it is something else than was sent."""
        tell_stored(self, stored)


def tell_stored(form: forms.BaseForm, stored: dict[str, Any]) -> None:
    """Beside each field: what is stored now, where it is something else than what was sent."""
    sent = dict(form.cleaned_data)
    for name, value in stored.items():
        if name in sent and sent[name] != value:
            form.add_error(name, _("Stored now: %(value)s") % {"value": in_words(value)})


def in_words(value: Any) -> str:
    """A stored value as a page says it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if hasattr(value, "strftime"):
        return date_format(value, "d.m.Y")
    if isinstance(value, (set, frozenset, list, tuple)):
        return ", ".join(sorted(str(one) for one in value)) or "–"
    return str(value) if value not in (None, "") else "–"


class ShownForm(RefusedForm):
    """A form that carries what it showed. Only what was changed on it is wanted; the rest stays as it is stored."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: value for name, value in self.initial.items() if name in self.fields}
        if not self.instance.pk:
            del self.fields["shown"]
        elif not self.is_bound:
            self.initial["shown"] = self._sealed()
        else:
            self.initial.update(self._read(self.data.get("shown", "")))

    def _sealed(self) -> str:
        plain = {name: self.fields[name].prepare_value(value) for name, value in self.stored.items()}
        return json.dumps(plain, cls=_Plain)

    def _read(self, text: str) -> dict[str, Any]:
        try:
            shown = json.loads(text or "{}")
            names = [name for name in shown if name in self.fields]
            return {name: self._typed(name, shown[name]) for name in names}
        except (ValueError, TypeError, AttributeError, forms.ValidationError):
            return {}

    def _typed(self, name: str, value: Any) -> Any:
        field = self.fields[name]
        return value if isinstance(field, forms.ModelMultipleChoiceField) else field.to_python(value)

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Field -> (as the page showed it, as it is wanted), for what was changed on the page."""
        wanted = [name for name in self.changed_data if name != "shown"]
        return {name: (self.initial.get(name), self.cleaned_data[name]) for name in wanted}

    def tell_stored(self, stored: dict[str, Any]) -> None:
        super().tell_stored(stored)
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["shown"] = self._sealed()
        self.data = data


class _Plain(DjangoJSONEncoder):
    def default(self, value: Any) -> Any:
        try:
            return super().default(value)
        except TypeError:
            return getattr(value, "pk", None) or str(value)
