from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.rights import Right
from portal.lib.days import today
from portal.lib.tiles import CountOf, Fact, Tile

from .models import Release
from .models.release import NEW_FOR


def facts(request):
    fresh = Release.objects.entitled(request.company).filter(released_on__gte=today() - NEW_FOR)
    licensed = request.company.licences.begun().order_by().values("product").distinct()
    return {"new_releases": CountOf(fresh.values("pk")), "products": CountOf(licensed)}


def say(request, row):
    if new := row["new_releases"]:
        return Fact(ngettext("%(count)d new version", "%(count)d new versions", new) % {"count": new}, "new")
    count = row["products"]
    return Fact(ngettext("%(count)d product", "%(count)d products", count) % {"count": count})


TILE = Tile(
    key="downloads",
    title=_("Downloads"),
    text=_("Your programs and updates"),
    icon="arrow-down-tray",
    url_name="product_list",
    needs=Right.DOWNLOADS,
    facts=facts,
    say=say,
)
