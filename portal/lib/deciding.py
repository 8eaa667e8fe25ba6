"""Pages of the admin on which staff say yes or no: the next action on top, and nothing offered that is refused."""

from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .admin import ReadOnly
from .refusals import Refused


class ReasonForm(forms.Form):
    """A reason in one line, asked beside a decision."""

    reason = forms.CharField(label=_("Reason, which the customer reads"), required=False, max_length=500)


class Outcome(NamedTuple):
    """What became of a request: the state in words, who decided, when, and why."""

    state: Any
    by: str = ""
    at: datetime | None = None
    reason: str = ""


class Decided(ReadOnly):
    """Requests of customers on which staff say yes or no, the no with a reason, on a page "decide".

    A class gives accept(request, obj), decline(request, obj, reason), whose refusals staff read, and facts(obj), a list
    of (label, before, after, whether it differs); `columns` are the words above them, none for a list of what is. What
    the verbs would refuse is not offered: why_not_yet(request, obj) and why_not_accepted(obj) say it in a sentence.
    """

    columns: tuple[Any, ...] = (_("What"), _("Before"), _("After"))
    # On the buttons of the yes and of the no.
    words: tuple[Any, Any] = (_("Accept"), _("Decline"))
    # Its field "reason" goes with the no, any others with the yes.
    form_class: type[forms.Form] = ReasonForm

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_decide"
        own = [path("<path:object_id>/entscheiden/", self.admin_site.admin_view(self.decide), name=name)]
        return own + super().get_urls()

    def accept(self, request: HttpRequest, obj: Any, **asked: Any) -> None:
        raise NotImplementedError

    def decline(self, request: HttpRequest, obj: Any, reason: str) -> None:
        raise NotImplementedError

    def facts(self, obj: Any) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def is_open(self, obj: Any) -> bool:
        """Whether somebody has still to decide."""
        return bool(obj.state == "waiting")

    def outcome_of(self, obj: Any) -> Outcome:
        return Outcome(obj.get_state_display(), obj.decided_by_name, obj.decided_at, obj.reason)

    def why_not_yet(self, request: HttpRequest, obj: Any) -> str:
        """Why nothing can be decided about an open one, or ""."""
        return ""

    def why_not_accepted(self, obj: Any) -> str:
        """Why there is only the no, or ""."""
        return ""

    def decide_button(self, obj: Any) -> tuple[str, Any, bool]:
        """(address, words, whether it is the next step) of the button on the row's page."""
        is_next = self.is_open(obj)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_decide", args=[obj.pk])
        return url, _("Look and decide") if is_next else _("Look"), is_next

    @admin.display(description=_("decide"))
    def decide_link(self, obj: Any) -> SafeString:
        url, words, _is_next = self.decide_button(obj)
        return format_html('<a href="{}">{}</a>', url, words)

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None or not request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"):
            raise Http404
        form = self.form_class(request.POST or None)
        if form.is_valid() and self._decided(request, obj, form.cleaned_data):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        if request.method == "POST":
            # As it is now: somebody may have been quicker.
            obj = self.get_object(request, object_id) or obj
        page = self._page(request, obj, form)
        return render(request, "admin/decide.html", {**self.admin_site.each_context(request), **page})

    def _page(self, request: HttpRequest, obj: Any, form: forms.Form) -> dict[str, Any]:
        page = {"obj": obj, "facts": self.facts(obj), "form": form, "title": str(obj), "opts": self.opts}
        page |= {"columns": self.columns, "words": self.words, "is_open": self.is_open(obj)}
        page |= {"outcome": self.outcome_of(obj), "not_accepted": self.why_not_accepted(obj)}
        page["asked_with_yes"] = [form[name] for name in form.fields if name != "reason"]
        return page | {"not_yet": self.why_not_yet(request, obj) if page["is_open"] else ""}

    def _decided(self, request: HttpRequest, obj: Model, data: dict[str, Any]) -> bool:
        try:
            if "accept" in request.POST:
                self.accept(request, obj, **{name: value for name, value in data.items() if name != "reason"})
            else:
                self.decline(request, obj, data["reason"])
        except Refused as refusal:
            messages.error(request, str(refusal))
            return False
        messages.success(request, _("Decided: %s") % obj)
        return True
