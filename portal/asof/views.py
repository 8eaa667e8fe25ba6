"""The page that shows a company as it stood on a day."""

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from access.door import company_view
from portal.lib.days import today
from portal.lib.forms import PastDayField

from .paper import sections_of
from .reading import day_of


class DayForm(forms.Form):
    day = PastDayField(label=_("As it stood on"))


@company_view
def as_of(request):
    """Everybody sees the address; what else depends on the permissions."""
    form = DayForm(request.GET if "day" in request.GET else None, initial={"day": today()})
    if not form.is_valid():
        return render(request, "portal/as_of.html", {"form": form}, status=422 if form.errors else 200)
    stood = day_of(request.company, form.cleaned_data["day"], request.rights)
    # The browser's picker shows no day that was typed as 3.12.2026.
    form = DayForm(initial={"day": stood.day})
    return render(request, "portal/as_of.html", {"form": form, "stood": stood, "sections": sections_of(stood)})
