from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.tiles import Fact, Tile


def say(request, row):
    if request.user.email:
        return Fact(request.user.email)
    return Fact(gettext("No e-mail address linked"), "wait")


TILE = Tile(
    key="account",
    title=_("My account"),
    text=_("Your details, company, password"),
    icon="user",
    url_name="account",
    say=say,
)
