"""Asking for a right from a locked tile, and the answer."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.refusals import told

from ..acting import Actor
from ..asking import answer, ask_for, take_back
from ..door import company_view
from ..forms import AnswerForm
from ..missing import still_there
from ..models import AccessRequest
from ..rights import Right
from ..words import names_of


@require_POST
@company_view
def access_request(request, right):
    """Ask the granters for a right, from a locked tile."""
    if right not in Right.values:
        raise Http404
    if request.membership.may(right):
        messages.info(request, _("“%(right)s” is open to you already.") % {"right": Right(right).label})
        return redirect("start", request.company.number)
    with told(request, level=messages.INFO):
        asked, is_new = ask_for(request.membership, right)
        if is_new:
            messages.success(request, _("Your request has been sent. You will be told by e-mail."))
        else:
            day = date_format(localtime(asked.created_at), "d.m.Y")
            messages.info(request, _("You asked for this on %(day)s already.") % {"day": day})
    return redirect("start", request.company.number)


def back_of(request):
    """The page on which the button was pressed."""
    return "start" if request.POST.get("back") == "start" else "people_list"


@require_POST
@company_view(needs=Right.ACCESS)
def request_undo(request, pk):
    """Takes one's own answer of a moment ago back."""
    mine = request.company.memberships.all()
    asked = still_there(AccessRequest.of(mine), "people_list", _("This request is no longer there."), pk=pk)
    asked.membership.company = request.company
    with told(request):
        take_back(Actor.member(request.membership), asked)
        messages.success(request, _("Taken back. The request is open again."))
    return redirect(back_of(request), request.company.number)


@company_view(needs=Right.ACCESS)
def request_answer(request, pk):
    """Yes, yes until a day, or no."""
    mine = request.company.memberships.all()
    asked = still_there(AccessRequest.of(mine), "people_list", _("This request is no longer there."), pk=pk)
    asked.membership.company = request.company
    actor = Actor.member(request.membership)
    may = asked.right in actor.grantable(asked.membership)
    form = AnswerForm(request.POST or None, right=asked.right)
    if may and not asked.answered_at and form.is_valid():
        with told(request):
            answer(actor, asked, **form.answer())
            messages.success(request, _("%(name)s has been told.") % {"name": asked.membership.name})
        return redirect(back_of(request), request.company.number)
    names = names_of(request.company)
    return render(request, "access/request_answer.html", {"asked": asked, "form": form, "may": may, "names": names})
