"""Who else processes the customer's data for the vendor, and what is about to change."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import HOLDER, company_view
from access.rights import Right
from portal.lib.refusals import told

from ..forms import ObjectionForm
from ..models import SubProcessor, SubProcessorChange
from ..subprocessors import object_to


@company_view(needs=Right.CONTRACTS)
def subprocessor_list(request):
    """In work today, announced, and of earlier; a licence holder objects here."""
    return _page(request)


@require_POST
@company_view(needs=HOLDER)
def objection_create(request, pk):
    change = get_object_or_404(changes(), pk=pk)
    form = ObjectionForm(request.POST, auto_id=fields_of(change))
    if form.is_valid():
        with told(request):
            object_to(change, request.company, form.cleaned_data["text"], by=request.user)
            messages.success(request, _("Your objection has been sent. You get the answer by e-mail."))
        return redirect("subprocessor_list", request.company.number)
    return _page(request, form, change.pk)


def changes():
    return SubProcessorChange.objects.select_related("processor")


def fields_of(change):
    """The ids of a form's fields: the page has a form for each change."""
    return f"id_%s_{change.pk}"


def _page(request, form=None, tried=None):
    mine = {row.change_id: row for row in request.company.objections.all()}
    announced = [change for change in changes()[:20] if change.is_open or change.pk in mine]
    for change in announced:
        change.mine = mine.get(change.pk)
        change.form = form if change.pk == tried else ObjectionForm(auto_id=fields_of(change))
    context = {"form": form, "tried": tried, "announced": announced}
    context |= {"working": SubProcessor.objects.working(), "earlier": SubProcessor.objects.earlier()[:50]}
    return render(request, "contracts/subprocessor_list.html", context)
