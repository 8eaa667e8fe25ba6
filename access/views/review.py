"""The yearly review of access."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.lib.files import sends_file, serve_protected
from portal.lib.refusals import told

from ..acting import Actor
from ..door import company_view
from ..missing import still_there
from ..reviews import close_review, is_unused, keep, start_review
from ..rights import Right
from ..words import names_of

CLOSED_SHOWN = 10


@company_view(needs=Right.ACCESS)
def review(request):
    """The open review, one click per person; without one, the last ones with their papers, and a button to begin."""
    if request.method == "POST":
        with told(request):
            start_review(Actor.member(request.membership))
        return redirect("review", request.company.number)
    reviews = list(request.company.access_reviews.all()[: CLOSED_SHOWN + 1])
    is_open = next((row for row in reviews if row.closed_at is None), None)
    people = _people(request, is_open) if is_open else []
    context = {"review": is_open, "people": people, "closed": [row for row in reviews if row.closed_at]}
    return render(request, "access/review.html", context | {"open_count": sum(not one.verdict for one in people)})


def _people(request, is_open):
    """The people of the open review; may: whether who looks may decide, unused: whether to think twice."""
    people = list(is_open.people.select_related("membership__user").prefetch_related("membership__rights__permission"))
    actor = Actor.member(request.membership)
    for person in people:
        if person.membership:
            person.membership.company = request.company
            person.may = not actor.why_not_touched(person.membership)
            person.deciders = "" if person.may else names_of(request.company)
            person.unused = is_unused(person.membership)
    return people


@require_POST
@company_view(needs=Right.ACCESS)
def review_keep(request, pk):
    reviews = request.company.access_reviews.all()
    is_open = still_there(reviews, "review", _("No review is open any more."), closed_at=None)
    person = still_there(is_open.people.all(), "review", _("This person is not part of the review any more."), pk=pk)
    with told(request):
        keep(Actor.member(request.membership), person)
    return redirect("review", request.company.number)


@require_POST
@company_view(needs=Right.ACCESS)
def review_close(request):
    is_open = request.company.access_reviews.filter(closed_at=None).first()
    with told(request):
        if is_open:
            close_review(Actor.member(request.membership), is_open)
            messages.success(request, _("The review is closed. You find its proof below."))
    return redirect("review", request.company.number)


@company_view(needs=Right.ACCESS)
@sends_file
def review_file(request, pk):
    done = get_object_or_404(request.company.access_reviews, pk=pk)
    if not done.file:
        raise Http404
    name = f"Zugangspruefung-{request.company.number}-{localtime(done.closed_at):%Y-%m-%d}.pdf"
    return serve_protected(request, done.file, name=name, sha256=done.sha256)
