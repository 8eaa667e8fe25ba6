from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.refusals import told
from portal.lib.text import clean_query

from ..acting import AccessRefused, Actor, Gone, SavedMeanwhile
from ..door import company_view
from ..forms import InvitationForm
from ..inviting import invite
from ..missing import Missing
from ..people import STATES, advised_against, described, differences, people_of, posted, rows_for, within_reach
from ..rights import ADVISED, Right
from ..switches import save_switches
from ..terms import coming_friday

# Switches of two hundred people would make a page of half a megabyte.
PER_PAGE = 25
NAMED = 4


@company_view(needs=Right.ACCESS)
def people_list(request):
    if request.method == "POST":
        return save_people(request)
    return show_people(request)


def show_people(request, wishes=None, status=200, **more):
    query, state = clean_query(request.GET.get("q", "")), request.GET.get("state", "")
    person = request.GET.get("person", "")
    people = people_of(request.company, query, state, person)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    rows = rows_for(request.membership, page.object_list, wishes)
    unsaved = sum(switch.is_changed for row in rows for switch in row.switches)
    context = {"page": page, "rows": rows, "query": query, "state": state, "person": person, "unsaved": unsaved}
    asked = [switch for row in rows for switch in row.switches if switch.request]
    context |= {"rights": list(Right), "states": STATES.items(), "asked": asked, "friday": coming_friday()}
    context |= {"may_save": any(row.may_edit for row in rows), "advised": ADVISED, **more}
    return render(request, "access/people_list.html", context, status=status)


def save_people(request):
    try:
        wishes = posted(request.POST)
    except ValueError:
        raise BadRequest from None
    people = list(request.company.memberships.with_switches().filter(pk__in=wishes))
    wishes = within_reach(request.membership, people, wishes)
    if "preview" in request.POST:
        return preview_person(request, people, wishes)
    if "edit" in request.POST:
        return show_people(request, wishes)
    grants = advised_against(people, wishes)
    if grants and not request.POST.get("confirmed"):
        more = sum(len(wish.on | wish.off) for wish in wishes.values()) > len(grants)
        context = {"grants": grants, "has_more": more, "posted": request.POST.lists()}
        return render(request, "access/people_confirm.html", context)
    try:
        changes = save_switches(Actor.member(request.membership), wishes)
    except AccessRefused as refusal:
        return refuse_people(request, wishes, refusal)
    tell(request, changes)
    return redirect(request.get_full_path())


def preview_person(request, people, wishes):
    """The portal as one person would see it with the switches as they stand on the page; saves nothing."""
    membership = next((row for row in people if str(row.pk) == request.POST["preview"]), None)
    if membership is None:
        raise Missing("people_list", _("This person no longer has access here."))
    rights = wishes[membership.pk].applied_to(membership.granted)
    changed = [right for right in Right if (right in rights) != (right in membership.granted)]
    kept = [(name, values) for name, values in request.POST.lists() if name not in ("preview", "csrfmiddlewaretoken")]
    context = {"membership": membership, "rights": rights, "changed": changed, "posted": kept}
    return render(request, "access/person_preview.html", context)


def refuse_people(request, wishes, refusal):
    """The page again, with what was switched; nothing was saved."""
    messages.error(request, str(refusal))
    if isinstance(refusal, SavedMeanwhile):
        return show_people(request, wishes, 409, stale=differences(refusal.memberships, wishes))
    return show_people(request, wishes, 404 if isinstance(refusal, Gone) else 403)


def tell(request, changes):
    """A success message that is true: the switches are read again before it is said."""
    if not changes:
        messages.info(request, _("Nothing was changed."))
        return
    said = []
    for name, on, off in described(changes[:NAMED]):
        words = [_("%(rights)s switched on") % {"rights": ", ".join(on)}] if on else []
        words += [_("%(rights)s switched off") % {"rights": ", ".join(off)}] if off else []
        said.append(f"{name}: {'; '.join(words)}.")
    if (more := len(changes) - NAMED) > 0:
        said.append(ngettext("And %(count)d more person.", "And %(count)d more people.", more) % {"count": more})
    messages.success(request, " ".join([_("Saved."), *said]))


@company_view(needs=Right.ACCESS)
def invitation_create(request):
    actor = Actor.member(request.membership)
    form = InvitationForm(request.POST or None, grantable=actor.grantable())
    if form.is_valid():
        rights = set(form.cleaned_data["rights"])
        with told(request, form):
            membership = invite(actor, form.person(), rights, **form.terms())
            messages.success(request, _("%(email)s has been invited.") % {"email": membership.user.email})
            return redirect("people_list", request.company.number)
    return render(request, "access/invitation_create.html", {"form": form, "friday": coming_friday()})
