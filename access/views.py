from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.lib.text import clean_query

from .door import company_view
from .forms import InvitationForm
from .models import Membership
from .people import keep_untouchable, people_of, posted, rows_for, sensitive_grants
from .rights import Right
from .services import AccessRefused, ask_for, grantable, invite, remove, save_switches, send_invitation

PER_PAGE = 50


@company_view(needs=Right.ACCESS)
def people_list(request):
    if request.method == "POST":
        return save_people(request)
    return show_people(request)


def show_people(request, wanted=None, status=200):
    query = clean_query(request.GET.get("q", ""))
    page = Paginator(people_of(request.company, query), PER_PAGE).get_page(request.GET.get("page"))
    rows = rows_for(request.membership, page.object_list, wanted)
    context = {"page": page, "rows": rows, "query": query, "rights": list(Right)}
    context["unsaved"] = sum(switch.is_changed for row in rows for switch in row.switches)
    return render(request, "access/people_list.html", context, status=status)


def save_people(request):
    try:
        wanted = posted(request.POST)
    except ValueError:
        raise BadRequest from None
    people = [person for person in people_of(request.company) if person.pk in wanted]
    wanted = keep_untouchable(request.membership, people, wanted) if len(people) == len(wanted) else wanted
    grants = sensitive_grants(people, wanted)
    if grants and not request.POST.get("confirmed"):
        return render(request, "access/people_confirm.html", {"grants": grants, "posted": request.POST.lists()})
    try:
        changes = save_switches(request.membership, wanted)
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
        return show_people(request, wanted, status=409)
    tell(request, changes)
    return redirect("people_list", request.company.number)


def tell(request, changes):
    """A success message that is true: the switches are read again before it is said."""
    for change in changes:
        now = set(Membership.of(change.membership).granted)
        if not change.added <= now or change.removed & now:
            raise RuntimeError("switches were not stored")
    count = sum(len(change.added) + len(change.removed) for change in changes)
    names = ", ".join(change.membership.user.get_full_name() for change in changes)
    if not count:
        messages.info(request, _("Nothing was changed."))
        return
    text = ngettext("%(count)d change saved: %(names)s", "%(count)d changes saved: %(names)s", count)
    messages.success(request, text % {"count": count, "names": names})


@company_view(needs=Right.ACCESS)
def invitation_create(request):
    may = grantable(request.membership, Membership(company=request.company))
    form = InvitationForm(request.POST or None, grantable=may)
    if form.is_valid():
        rights = set(form.cleaned_data["rights"])
        try:
            membership, _token = invite(request.membership, form.person(), rights, **form.membership())
        except AccessRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("%(email)s has been invited.") % {"email": membership.user.email})
            return redirect("people_list", request.company.number)
    return render(request, "access/invitation_create.html", {"form": form})


def member(request, pk):
    return get_object_or_404(request.company.memberships.select_related("user", "company"), pk=pk)


@require_POST
@company_view(needs=Right.ACCESS)
def invitation_resend(request, pk):
    membership = member(request, pk)
    try:
        send_invitation(request.membership, membership)
        messages.success(request, _("A new link is on its way to %(email)s.") % {"email": membership.user.email})
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("people_list", request.company.number)


@company_view(needs=Right.ACCESS)
def membership_remove(request, pk):
    """Asks once; then the access ends at once, open sessions included."""
    membership = member(request, pk)
    if request.method != "POST":
        return render(request, "access/membership_remove.html", {"membership": membership})
    try:
        remove(request.membership, membership)
    except AccessRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s no longer has access.") % {"name": membership.user.get_full_name()})
    return redirect("people_list", request.company.number)


@require_POST
@company_view
def access_request(request, right):
    """Ask the granters for a right, from a locked tile."""
    if right not in Right.values:
        raise Http404
    if request.membership.may(right):
        return redirect("start", request.company.number)
    ask_for(request.membership, right)
    messages.success(request, _("Your request has been sent. You will be told by e-mail."))
    return redirect("start", request.company.number)
