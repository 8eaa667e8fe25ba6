"""The step before looking at the portal as one of the customer's people: as whom, and why."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from access.models import Membership
from accounts.models import Company
from portal.lib.refusals import told

from .. import looking
from .page import StaffRequest, customer_page

# So many people stand in the list; the others are reached from their row in the table of people.
MOST = 100


class LookForm(forms.Form):
    member = forms.ModelChoiceField(Membership.objects.none(), label=_("Look as"), empty_label=None)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        min_length=5,
        help_text=_("The customer reads it in the log, together with your name."),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]


@customer_page("customer_people", looking.LOOK_AS)
def look(request: StaffRequest, company: Company) -> dict[str, Any] | HttpResponse:
    form = LookForm(
        request.POST if request.method == "POST" else None,
        people=people_of(request, company),
        initial=_initial(request),
    )
    if form.is_valid():
        with told(request, form):
            looking.begin(request, form.cleaned_data["member"], form.cleaned_data["reason"])
            return redirect("start", company.number)
    return {"form": form, "status": 422 if form.errors else 200}


def people_of(request: HttpRequest, company: Company) -> Any:
    """Who can be looked as: those let in today, and nobody of the vendor's."""
    open_ = company.memberships.open().with_people().filter(user__is_staff=False, user__is_active=True)
    if request.method == "POST":
        return open_
    shown = set(open_.values_list("pk", flat=True)[:MOST])
    return open_.filter(pk__in=shown | set(_initial(request).values()))


def _initial(request: HttpRequest) -> dict[str, int]:
    asked = request.GET.get("person", "")
    return {"member": int(asked)} if asked.isdecimal() and len(asked) < 19 else {}
