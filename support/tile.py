from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.tiles import Fact, Tile

from .incidents import running


def say(request, row):
    if found := running():
        return Fact(found[0]["title"], "wait")
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
