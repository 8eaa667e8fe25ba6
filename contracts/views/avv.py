from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.door import HOLDER, company_view
from portal.lib.refusals import Refused

from ..avv import conclude_avv
from ..forms import AvvForm
from ..models import Document, Terms
from ..prose import text_of
from ..reading import paragraphs_of


@company_view(needs=HOLDER)
def avv(request):
    """The data processing agreement in full; concluded here, or when and by whom it was."""
    in_force = {terms.kind: terms for terms in reversed(Terms.objects.in_force().filter(kind__in=["AVV", "TOM"]))}
    terms = in_force.get(Terms.Kind.AVV)
    known = {"name": request.user.get_full_name(), "function": request.membership.function}
    form = AvvForm(request.POST or None, initial={"shown": terms.sha256 if terms else "", **known})
    if request.method == "POST" and form.is_valid() and _concluded(request, form):
        messages.success(request, _("The agreement is concluded. You get it by e-mail as a PDF in a moment."))
        return redirect("avv", request.company.number)
    context = {"form": form, "terms": terms, "measures": in_force.get(Terms.Kind.TOM), **_about(request.company, terms)}
    return render(request, "contracts/avv.html", context)


def _concluded(request, form):
    asked = form.cleaned_data
    try:
        conclude_avv(
            request.company, shown=asked["shown"], name=asked["name"], function=asked["function"], by=request.user
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        # What stands on the page from now on is the version in force.
        form.data = {**form.data.dict(), "shown": form.initial["shown"]}
        return False
    return True


def _about(company, terms):
    if terms is None:
        return {}
    return {
        "blocks": text_of(terms, paragraphs_of(terms.file)),
        "filed": company.documents.visible().served().filter(kind=Document.Kind.AVV).newest_first().first(),
        "conclusion": company.acceptances.select_related("document").conclusion_of(terms),
        "is_missing": Terms.objects.avv_missing_at(company).exists(),
    }
