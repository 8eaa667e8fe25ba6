"""Who opened or loaded which document: for licence holders."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.door import HOLDER, company_view
from portal.lib.csv import table_response

from ..forms import OpeningFilter
from ..models import DocumentOpening

MOST = 20_000


def filtered(request):
    """(filter form, openings of the company's documents that match, newest first)."""
    openings = DocumentOpening.of(request.company)
    people = openings.order_by().values_list("user_id", "user__first_name", "user__last_name").distinct()
    form = OpeningFilter(request.GET, people=people)
    return form, form.apply(openings)


@company_view(needs=HOLDER)
def opening_list(request):
    form, openings = filtered(request)
    page = Paginator(openings, 50).get_page(request.GET.get("page"))
    return render(request, "contracts/opening_list.html", {"form": form, "page": page})


@company_view(needs=HOLDER)
def opening_export(request):
    """The same as CSV or XLSX, the newest 20,000."""
    _form, openings = filtered(request)
    header = [_("When"), _("Who"), _("Document"), _("Number"), _("What")]
    return table_response(request, "dokumente-protokoll", header, (_line(row) for row in openings[:MOST]))


def _line(row):
    when = timezone.localtime(row.opened_at).strftime("%d.%m.%Y %H:%M")
    return [when, row.user, row.document.title, row.document.number, row.get_how_display()]
