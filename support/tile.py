from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.tiles import Fact, Tile


def say(request, row):
    if request.company.uses_homecase:
        return Fact(gettext("HOMECASE is set up for you"))
    return Fact(gettext("Get to know HOMECASE"))


TILE = Tile(
    key="support",
    title=_("Support module"),
    text=_("HOMECASE and your contacts"),
    icon="lifebuoy",
    url_name="support",
    say=say,
)
