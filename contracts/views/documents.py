from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.files import sends_file, serve_protected

from ..comparing import group_by_kind
from ..forms import DocumentFilter, SelectionForm
from ..models import Terms
from ..models.document import years_of
from ..packing import missing_sentence, zip_response


@company_view(needs=Right.CONTRACTS)
def document_list(request):
    years = years_of(request.company)
    form = DocumentFilter(request.GET, years=years)
    found = form.apply(request.company.documents.visible()).with_new(request.user).newest_first()
    pages = Paginator(found, 25)
    if not form.is_used:
        # The years have counted already.
        pages.count = sum(years.values())
    page = pages.get_page(request.GET.get("page"))
    return render(request, "contracts/document_list.html", {"form": form, "page": page, "has_any": bool(years)})


@company_view(needs=Right.CONTRACTS)
@sends_file
def document_file(request, pk):
    """The file itself: shown, or with ?download=1 loaded. Earlier versions stay readable under their own address."""
    document = get_object_or_404(request.company.documents.served(), pk=pk)
    loads = "download" in request.GET
    document.note_opening(request.user, "download" if loads else "view")
    return serve_protected(request, document.file, name=document.file_name, sha256=document.sha256, inline=not loads)


@require_POST
@company_view(needs=Right.CONTRACTS)
def document_zip(request):
    """The ticked documents as one ZIP file."""
    form = SelectionForm(request.POST, documents=request.company.documents.served())
    if not form.is_valid():
        messages.error(request, form.refusal)
        return redirect("document_list", request.company.number)
    documents = form.cleaned_data["document"]
    if refusal := missing_sentence(documents):
        messages.error(request, refusal)
        return redirect("document_list", request.company.number)
    documents.note_openings(request.user, "download")
    return zip_response(documents, name=f"{_('Documents')} {request.company.number}.zip")


@company_view(needs=Right.CONTRACTS)
def terms_list(request):
    """The general terms in force and all earlier versions, the same for every customer."""
    versions = Terms.objects.begun().order_by("kind", "-valid_from")
    return render(request, "contracts/terms_list.html", {"kinds": group_by_kind(versions)})


@company_view
@sends_file
def terms_file(request, pk):
    terms = get_object_or_404(Terms.objects.begun(), pk=pk)
    return serve_protected(
        request, terms.file, name=terms.file_name, sha256=terms.sha256, inline="download" not in request.GET
    )
