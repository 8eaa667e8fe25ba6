from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.rights import Right
from portal.lib.tiles import CountOf, Fact, Tile

from .models import SubProcessorChange, Terms


def facts(request):
    documents = request.company.documents.visible()
    return {
        "all_documents": CountOf(documents.order_by().values("pk")[:1000]),
        "avv_missing": CountOf(Terms.objects.avv_missing_at(request.company).values("pk")),
        "new_processors": CountOf(SubProcessorChange.objects.undecided_by(request.company).told(request.company)),
        "new_documents": CountOf(documents.new_for(request.user).order_by().values("pk")[:100]),
    }


def say(request, row):
    if row["avv_missing"] and request.membership.is_holder:
        return Fact(_("AVV not concluded yet"), "wait")
    if row["new_processors"] and request.membership.is_holder:
        return Fact(_("New sub-processor: you may object"), "wait")
    if new := row["new_documents"]:
        return Fact(ngettext("%(count)d new document", "%(count)d new documents", new) % {"count": new}, "new")
    count = row["all_documents"]
    return Fact(ngettext("%(count)d document", "%(count)d documents", count) % {"count": count})


TILE = Tile(
    key="contracts",
    title=_("Contract documents"),
    text=_("Order confirmations, AVV, maintenance"),
    icon="document-text",
    url_name="document_list",
    needs=Right.CONTRACTS,
    facts=facts,
    say=say,
)
