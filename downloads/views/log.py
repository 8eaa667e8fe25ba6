"""Who loaded what, for licence holders."""

from django.core.paginator import Paginator
from django.shortcuts import render

from access.door import HOLDER, company_view


@company_view(needs=HOLDER)
def download_log(request):
    person = request.GET.get("person", "")
    found = request.company.downloads.with_names().of_person(person)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "people": request.company.downloads.people(), "person": person}
    return render(request, "downloads/download_log.html", context)
