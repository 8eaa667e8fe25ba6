from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from access.door import company_view
from access.rights import Right
from portal.lib.files import sends_file, serve_protected

from ..forms import MonthForm
from ..invoices.monthly import MOST, has_xml_beside, invoices_of, month_zip, of_month, sums_of, xml_name
from ..packing import missing_sentence


@company_view(needs=Right.CONTRACTS)
def invoice_list(request):
    """The invoices of one month with what machines read in them, and the month's sums; the newest month first."""
    invoices = invoices_of(request.company)
    form = MonthForm(request.GET, months=invoices.order_by().dates("dated_on", "month", order="DESC"))
    context = {"form": form, "month": form.first_day}
    if form.first_day:
        found = of_month(invoices, form.first_day)
        context |= {"page": Paginator(found, 50).get_page(request.GET.get("page")), "sums": sums_of(found)}
    return render(request, "contracts/invoice_list.html", context)


@company_view(needs=Right.CONTRACTS)
@sends_file
def invoice_zip(request):
    """A month's invoices as one ZIP, with a table of them on top."""
    invoices = invoices_of(request.company)
    form = MonthForm(request.GET, months=invoices.order_by().dates("dated_on", "month", order="DESC"))
    found = of_month(invoices.filter(recalled_at=None), form.first_day) if form.first_day else invoices.none()
    rows = list(found[: MOST + 1])
    if refusal := too_many_or_none(rows) or missing_sentence(rows):
        messages.error(request, refusal)
        return redirect("invoice_list", request.company.number)
    found.note_openings(request.user, "download")
    return month_zip(request.company, form.first_day, rows)


def too_many_or_none(rows):
    """Why a month cannot be had in one file, or ""."""
    if not rows:
        return _("There are no invoices in this month.")
    if len(rows) > MOST:
        return _("These are more than %(most)d invoices. Please load them from the list.") % {"most": MOST}
    return ""


@company_view(needs=Right.CONTRACTS)
@sends_file
def invoice_xml(request, pk):
    """The XML of an invoice by itself."""
    rows = request.company.documents.served().select_related("electronic").exclude(electronic=None)
    document = get_object_or_404(rows, pk=pk)
    if not has_xml_beside(document):
        return redirect("invoice_list", request.company.number)
    document.note_opening(request.user, "download")
    read = document.electronic
    return serve_protected(request, read.xml, name=xml_name(document), sha256=read.sha256)
