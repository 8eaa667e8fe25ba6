"""Änderung der Firmierung: the customer's side."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.files import sends_file, serve_protected
from portal.lib.refusals import told

from ..forms import NameChangeForm
from ..renaming import withdraw


@company_view(needs=Right.ACCOUNT)
def name_change(request):
    """The form, or the message that is waiting; below it what was sent before."""
    form = NameChangeForm(request.POST or None, request.FILES or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        return _sent(request, form)
    changes = list(request.company.name_changes.all()[:50])
    waiting = next((change for change in changes if change.state == "waiting"), None)
    return render(request, "accounts/name_change.html", {"form": form, "changes": changes, "waiting": waiting})


def _sent(request, form):
    with told(request):
        form.save(by=request.user)
        messages.success(request, _("Sent. We will email you as soon as it is decided."))
    return redirect("name_change", request.company.number)


@require_POST
@company_view(needs=Right.ACCOUNT)
def name_change_withdraw(request, pk):
    change = get_object_or_404(request.company.name_changes, pk=pk)
    with told(request):
        withdraw(change, by=request.user)
        messages.success(request, _("The message has been withdrawn."))
    return redirect("name_change", request.company.number)


@company_view(needs=Right.ACCOUNT)
@sends_file
def name_change_file(request, pk):
    """The register extract that was sent along."""
    change = get_object_or_404(request.company.name_changes.exclude(file=""), pk=pk)
    return serve_protected(request, change.file, name=change.file_name, sha256=change.sha256)
