from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from access.rights import Right
from portal.lib.tiles import CountOf, Fact, Tile

from .models import Article

# Counting further would cost more than the number is worth.
COUNTED = 500


def facts(request):
    return {"articles": CountOf(Article.objects.fitting(request.company).order_by().values("pk")[: COUNTED + 1])}


def say(request, row):
    count = row["articles"]
    if count > COUNTED:
        return Fact(gettext("More than %(count)d articles fit your licences") % {"count": COUNTED})
    return Fact(
        ngettext("%(count)d article fits your licences", "%(count)d articles fit your licences", count)
        % {"count": count}
    )


TILE = Tile(
    key="shop",
    title=_("Shop"),
    text=_("Add-ons, rent, services and training that fit"),
    icon="shopping-bag",
    url_name="article_list",
    needs=Right.SHOP,
    facts=facts,
    say=say,
)
