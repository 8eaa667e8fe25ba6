"""The pages of the roll-out: the waves, a new one (chosen, looked at, begun), and how far one has come."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.numbers import companies_of, numbers_in
from portal.lib.admin import ReadOnly
from portal.lib.refusals import told
from portal.models import Wave
from portal.rolling_out import (
    MOST,
    Preview,
    begin,
    choose,
    go_on,
    preview,
    sample_letters,
    stop,
)

STATES = {
    "waiting": gettext_lazy("waiting"),
    "invited": gettext_lazy("invited"),
    "opened": gettext_lazy("has opened the link"),
    "in": gettext_lazy("has come in"),
    "bounced": gettext_lazy("came back"),
    "left_out": gettext_lazy("left out"),
}
# So many of each list are shown before a wave begins.
SHOWN = 100


class WaveForm(forms.ModelForm):
    numbers = forms.CharField(
        label=gettext_lazy("Customer numbers"),
        required=False,
        max_length=MOST * 40,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("In any spelling, one a line or with commas between. Empty: by the choice below."),
    )
    postal_code = forms.CharField(label=gettext_lazy("Postal code begins with"), max_length=12, required=False)
    homecase = forms.ChoiceField(
        label=gettext_lazy("HOMECASE"),
        required=False,
        choices=[("", gettext_lazy("all")), ("yes", gettext_lazy("uses it")), ("no", gettext_lazy("does not use it"))],
    )
    most = forms.IntegerField(label=gettext_lazy("At most companies"), min_value=1, max_value=MOST, initial=500)
    key = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Wave
        fields = ["name", "pace", "remind_after"]

    field_order = ["name", "numbers", "postal_code", "homecase", "most", "pace", "remind_after", "key"]

    def clean_numbers(self) -> list[str]:
        numbers = numbers_in(self.cleaned_data["numbers"])
        if len(numbers) > MOST:
            raise forms.ValidationError(_("Too many numbers; one wave takes up to %d.") % MOST)
        return numbers

    def seen(self) -> Preview:
        """Who gets an invitation by this form, and who does not."""
        data = self.cleaned_data
        if data["numbers"]:
            return preview(*companies_of(data["numbers"]))
        return preview(choose(data["postal_code"], data["homecase"], data["most"]))


@admin.register(Wave)
class WaveAdmin(ReadOnly):
    list_display = ["name", "made_at", "pace", "remind_after", "course"]

    @admin.display(description=gettext_lazy("state"))
    def course(self, wave: Wave) -> str:
        return _("stopped") if wave.is_stopped else _("on its way")

    def has_begin_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.add_wave")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("neu/", view(self.new), name="portal_wave_new"),
            path("<int:pk>/change/", view(self.progress), name="portal_wave_change"),
        ]
        return own + super().get_urls()

    def new(self, request: HttpRequest) -> HttpResponse:
        """Choose, look, begin."""
        if not self.has_begin_permission(request) or not isinstance(request.user, User):
            raise Http404
        sent = request.POST if request.method == "POST" else None
        form = WaveForm(sent, initial={"key": uuid.uuid4(), "remind_after": 7})
        seen = None
        if sent is not None and "back" in sent:
            form.errors.clear()
        elif form.is_valid():
            seen = form.seen()
            with told(request, form):
                if "begin" in request.POST:
                    return self._begun(request, request.user, form, seen)
        context = {"title": _("New wave of invitations"), "form": form, "seen": seen, "shown": SHOWN}
        context |= {"letters": sample_letters() if seen else [], "hours": _hours(form, seen)}
        return self._page(request, "admin/portal/wave_new.html", context)

    def _begun(self, request: HttpRequest, by: User, form: WaveForm, seen: Preview) -> HttpResponse:
        data = form.cleaned_data
        wave = begin(by, data["key"], data["name"], data["pace"], data["remind_after"], seen)
        self.log_addition(request, wave, _("Begun."))
        messages.success(request, _("The wave has begun. The first invitations go out within a minute."))
        return redirect("admin:portal_wave_change", wave.pk)

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far it has come; stopped and gone on with here."""
        wave = Wave.objects.filter(pk=pk).first()
        if wave is None or not self.has_view_permission(request, wave):
            raise Http404
        may = request.user.has_perm("portal.change_wave")
        if request.method == "POST":
            return self._switched(request, wave, may=may)
        members = wave.members.with_state().select_related("company", "user").order_by("pk")
        state = request.GET.get("state", "")
        shown = members.filter(state=state) if state in STATES else members
        counts = wave.members.counts()
        context = {
            "title": wave.name, "wave": wave, "may_switch": may, "state": state,
            "counts": [(key, label, counts.get(key, 0)) for key, label in STATES.items()],
            "page": Paginator(shown, 50).get_page(request.GET.get("seite")),
            "words": STATES, "total": sum(counts.values()),
        }  # fmt: skip
        return self._page(request, "admin/portal/wave.html", context)

    def _switched(self, request: HttpRequest, wave: Wave, *, may: bool) -> HttpResponse:
        if not may:
            raise Http404
        if "stop" in request.POST:
            stop(wave)
            self.log_change(request, wave, _("Stopped."))
        else:
            go_on(wave)
            self.log_change(request, wave, _("Gone on with."))
        return redirect("admin:portal_wave_change", wave.pk)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return render(request, template, {**self.admin_site.each_context(request), "opts": self.opts, **context})


def _hours(form: WaveForm, seen: Preview | None) -> int:
    """How many hours it takes, at least one."""
    return -(-len(seen.invited) // form.cleaned_data["pace"]) if seen else 0
