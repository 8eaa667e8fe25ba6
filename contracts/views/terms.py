"""What changed between two versions of the general terms."""

from django.shortcuts import get_object_or_404, render

from access.door import company_view
from access.rights import Right

from ..comparing import comparison
from ..models import Terms


@company_view(needs=Right.CONTRACTS)
def terms_diff(request, pk):
    """A version beside the one before it, or beside another earlier one (?with=<id>)."""
    terms = get_object_or_404(Terms.objects.begun(), pk=pk)
    earlier = list(Terms.objects.before(terms)[:50])
    wanted = request.GET.get("with", "")
    other = next((row for row in earlier if str(row.pk) == wanted), earlier[0] if earlier else None)
    context = {"terms": terms, "other": other, "earlier": earlier, **comparison(terms, other)}
    return render(request, "contracts/terms_diff.html", context)
