from django.shortcuts import render

from access.door import company_view
from portal.lib.searching import words_of
from portal.lib.text import clean_query

from .sections import results_of


@company_view
def search(request):
    """?q= what is looked for, ?in= one kind only. Every person sees what their rights open."""
    typed = clean_query(request.GET.get("q", ""))
    results = results_of(request, typed if words_of(typed) else "")
    context = {"typed": typed, "results": results, "only": results.of(request.GET.get("in", ""))}
    return render(request, "portal/search.html", context)
