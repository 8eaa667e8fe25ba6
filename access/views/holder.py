"""Licence holders: naming another, ending the role, handing it over; and the take-over when one has left."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.refusals import told

from ..acting import Actor
from ..door import HOLDER, company_view
from ..forms import HandOverForm, ObjectionForm, TakeOverForm
from ..holders import end_holder, hand_over, make_main, name_holder, why_no_holder
from ..missing import still_there
from ..rights import Right
from ..takeovers import may_object, object_to, start_takeover, withdraw_takeover
from .person import member


@company_view(needs=HOLDER)
def holder_name(request, pk):
    """Asks once, then makes somebody another licence holder."""
    membership = member(request, pk)
    if request.method != "POST":
        context = {"membership": membership, "reason": why_no_holder(membership)}
        return render(request, "access/holder_name.html", context)
    return _act(request, name_holder, membership, _("%(name)s is licence holder now."))


@company_view(needs=HOLDER)
def holder_end(request, pk):
    """Asks once, then another holder becomes an authorised person without permissions."""
    membership = member(request, pk)
    if request.method != "POST":
        return render(request, "access/holder_end.html", {"membership": membership})
    return _act(request, end_holder, membership, _("%(name)s is an authorised person now."))


@require_POST
@company_view(needs=HOLDER)
def holder_main(request, pk):
    return _act(request, make_main, member(request, pk), _("%(name)s is the main licence holder now."))


def _act(request, act, membership, sentence):
    with told(request):
        act(Actor.member(request.membership), membership)
        messages.success(request, sentence % {"name": membership.name})
    return redirect("membership_edit", request.company.number, membership.pk)


def _others(request):
    return request.company.memberships.open().exclude(pk=request.membership.pk).with_people()


@company_view(needs=HOLDER)
def role_hand_over(request):
    form = HandOverForm(request.POST or None, people=_others(request))
    if form.is_valid():
        person, stay = form.cleaned_data["person"], form.cleaned_data["stay"]
        with told(request, form):
            hand_over(Actor.member(request.membership), person, stay)
            messages.success(request, _("%(name)s is licence holder now.") % {"name": person.name})
            return redirect("home")
    return render(request, "access/role_hand_over.html", {"form": form})


@company_view(needs=Right.ACCESS)
def takeover(request):
    """Where the licence holder has left: the take-over under way, or the form that starts one."""
    newest = request.company.takeovers.select_related("membership").first()
    people = request.company.memberships.open().filter(is_holder=False).with_people()
    form = TakeOverForm(request.POST or None, people=people, initial={"person": request.membership})
    if form.is_valid():
        with told(request, form):
            start_takeover(Actor.member(request.membership), form.cleaned_data["person"], form.cleaned_data["reason"])
            messages.success(request, _("The transfer is under way. Everybody concerned has been told."))
            return redirect("takeover", request.company.number)
    return render(request, "access/takeover.html", _shown(request, newest, form))


def _shown(request, newest, form, objection=None):
    may = bool(newest) and may_object(request.membership, newest)
    return {
        "takeover": newest,
        "form": form,
        "objection": objection or ObjectionForm(prefix="objection") if may else None,
        "may_withdraw": bool(newest) and newest.is_open and newest.started_by_id == request.user.pk,
        "may_start": not request.membership.is_holder and not (newest and newest.is_open),
    }


def _open(request, pk):
    takeovers = request.company.takeovers.select_related("membership")
    return still_there(takeovers, "takeover", _("This transfer is no longer there."), pk=pk)


@require_POST
@company_view(needs=Right.ACCESS)
def takeover_object(request, pk):
    row = _open(request, pk)
    objection = ObjectionForm(request.POST, prefix="objection")
    if not objection.is_valid() and may_object(request.membership, row):
        return render(request, "access/takeover.html", _shown(request, row, None, objection))
    with told(request):
        object_to(Actor.member(request.membership), row, objection.cleaned_data.get("word", ""))
        messages.success(request, _("Your objection is noted. Everybody concerned has been told."))
    return redirect("takeover", request.company.number)


@require_POST
@company_view(needs=Right.ACCESS)
def takeover_withdraw(request, pk):
    with told(request):
        withdraw_takeover(Actor.member(request.membership), _open(request, pk))
        messages.success(request, _("The transfer is taken back."))
    return redirect("takeover", request.company.number)
