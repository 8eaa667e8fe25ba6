"""The person's own data: to take along (Art. 15, 20 DSGVO), and to have deleted (Art. 17)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import person_view
from portal.lib.files import sends_file, serve_protected
from portal.lib.refusals import Refused

from ..erasure import ask_for_deletion, companies_held_alone, what_goes, what_stays, withdraw_deletion
from ..exporting import ask_for_export


@person_view
def my_data(request):
    """Ask for the ZIP, and load it while it is kept."""
    if request.method == "POST":
        ask_for_export(request.user)
        messages.success(request, _("Your data is being gathered. We will email you when it is ready."))
        return redirect("my_data")
    exports = request.user.exports
    context = {"at_work": exports.filter(ready_at=None).first(), "ready": exports.ready().order_by("-ready_at")}
    return render(request, "accounts/my_data.html", context)


@person_view
@reauthentication_required
@sends_file
def my_data_file(request, pk):
    """The ZIP itself; the password is asked for again, for it holds everything at once."""
    export = get_object_or_404(request.user.exports.ready(), pk=pk)
    return serve_protected(request, export.file, name=_("my-data.zip"), sha256=export.sha256)


@person_view
@reauthentication_required
def account_delete(request):
    """What goes, what stays and why; then one button."""
    if request.method == "POST":
        return _asked(request)
    context = {
        "waiting": request.user.deletion_requests.filter(state="waiting").first(),
        "alone": companies_held_alone(request.user),
        "at_once": not request.user.memberships.exists(),
        "goes": what_goes(request.user),
        "stays": what_stays(request.user),
    }
    return render(request, "accounts/account_delete.html", context)


def _asked(request):
    try:
        asked = ask_for_deletion(request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("account_delete")
    if asked.state == "done":
        logout(request)
        return render(request, "accounts/account_deleted.html")
    messages.success(request, _("Your request has arrived. We will email you within a month."))
    return redirect("account_delete")


@require_POST
@person_view
def account_keep(request):
    """Take the request for deletion back."""
    withdraw_deletion(request.user)
    messages.success(request, _("Your request has been withdrawn; your account stays."))
    return redirect("account_delete")
