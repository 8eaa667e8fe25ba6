"""Sessions, and the link by which an old address takes a change back. Theirs wherever a person works."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from access.door import person_view, public_view
from portal.lib.limits import too_many_dead_links
from portal.lib.text import as_uuid

from ..addresses import AddressTaken, undo
from ..closing import close_logins
from ..middleware import speak_to
from ..models.email_change import find_change
from ..sessions import device_name, end_sessions, public_id_of, sessions_of
from ..sso import end_sign_on


@person_view
def session_list(request):
    """Where the person is logged in, last used first."""
    rows = sessions_of(request.user)
    for row in rows:
        row.device = device_name(row.user_agent)
        row.is_this = row.session_key == request.session.session_key
    return render(request, "accounts/session_list.html", {"sessions": rows})


@require_POST
@person_view
def session_end(request):
    """End one session, by its public id, or all others and what else hangs on them."""
    one, this = as_uuid(request.POST.get("session", "")), public_id_of(request)
    if one:
        end_sign_on(request.user, sid=one)
        count = end_sessions(request.user, only=one)
    else:
        count = close_logins(request.user, but=[this]) if "others" in request.POST else 0
    words = ngettext("%d session has ended.", "%d sessions have ended.", count) % count
    messages.success(request, words if count else _("There was nothing to end."))
    return redirect("session_list")


@public_view
def email_undo(request, token):
    """Opening the link shows what it does; mail scanners open links too. The button takes the change back."""
    change = find_change(token)
    speak_to(request, change and change.user)
    if change is None:
        gone = render(request, "accounts/email_undo.html", {"change": None}, status=410)
        response = too_many_dead_links(request) or gone
    elif request.method != "POST":
        response = render(request, "accounts/email_undo.html", {"change": change})
    else:
        response = _undone(request, change)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _undone(request, change):
    try:
        undo(change)
    except AddressTaken as refused:
        return render(request, "accounts/email_undo.html", {"change": None, "reason": str(refused)}, status=409)
    return render(request, "accounts/email_undo.html", {"change": change, "done": True})
