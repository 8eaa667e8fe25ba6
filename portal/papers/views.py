"""Asking for a paper, waiting for it, loading it. Whoever asked gets it, as long as they may see what is in it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.door import company_view, public_view
from access.rights import Right
from portal.asof.views import DayForm
from portal.lib.files import sends_file, serve_protected

from .access_now import differences, members_of
from .access_paper import title_of_differences
from .asking import ask_for
from .checking import CheckForm, is_ours, too_many_checks
from .models import Paper

PROOFS_SHOWN = 10

# kind -> the page that has the button.
PAGES = {Paper.Kind.HOLDINGS: "holding_list", Paper.Kind.DAY: "as_of", Paper.Kind.ACCESS: "access_proof"}


@require_POST
@company_view(needs=Right.CONTRACTS)
def holdings_paper(request):
    return asked(request, Paper.Kind.HOLDINGS)


@require_POST
@company_view
def as_of_paper(request):
    form = DayForm(request.POST)
    if not form.is_valid():
        return redirect("as_of", request.company.number)
    return asked(request, Paper.Kind.DAY, form.cleaned_data["day"])


@company_view(needs=Right.ACCESS)
def access_proof(request):
    """What became different since the last proof, the ones made so far, and a button for a new one."""
    if request.method == "POST":
        return asked(request, Paper.Kind.ACCESS)
    proofs = list(request.company.papers.proofs().select_related("asked_by")[:PROOFS_SHOWN])
    last = proofs[0] if proofs else None
    found = differences(request.company, last.said or {}, members_of(request.company)) if last else []
    context = {"proofs": proofs, "last": last, "differences": found, "title": title_of_differences(last)}
    return render(request, "portal/access_proof.html", context)


@public_view
def authenticity(request):
    """Yes or no to whoever holds a file; nothing about whose it is, and the same no for whatever is none."""
    form, answer = CheckForm(), None
    if request.method == "POST":
        if wait := too_many_checks(request):
            return wait
        form = CheckForm(request.POST, request.FILES)
        if form.is_valid():
            answer = is_ours(form.asked)
    status = 422 if form.errors else 200
    return render(request, "portal/authenticity.html", {"form": form, "answer": answer}, status=status)


def asked(request, kind, day=None):
    paper = ask_for(request.company, kind, by=request.user, day=day)
    return redirect("paper_detail", request.company.number, paper.pk)


@company_view
def paper_detail(request, pk):
    """Says that it is being made, looking again by itself; then hands it over."""
    paper = own_paper(request, pk)
    back = reverse(PAGES[paper.kind], args=[request.company.number])
    return render(request, "portal/paper_detail.html", {"paper": paper, "back": back})


@company_view
@sends_file
def paper_file(request, pk):
    paper = own_paper(request, pk)
    if not paper.file:
        raise Http404
    return serve_protected(request, paper.file, name=paper.file_name, sha256=paper.sha256)


def own_paper(request, pk):
    """A paper that the person asked for; Http404 too for who may not see its matters any more."""
    paper = get_object_or_404(request.company.papers.filter(asked_by=request.user), pk=pk)
    if not set(paper.rights) <= request.rights:
        raise Http404
    return paper
