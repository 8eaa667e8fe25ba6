from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.tiles import CountOf, Fact, Tile

from .rights import Right


def facts(request):
    people = request.company.memberships.order_by()
    return {
        "people": CountOf(people.exclude(accepted_at=None).values("pk")),
        "invited": CountOf(people.filter(accepted_at=None).values("pk")),
    }


def say(request, row):
    people = ngettext("%(count)d person", "%(count)d people", row["people"]) % {"count": row["people"]}
    if not (invited := row["invited"]):
        return Fact(people)
    pending = ngettext("%(count)d invitation open", "%(count)d invitations open", invited) % {"count": invited}
    return Fact(f"{people}, {pending}")


TILE = Tile(
    key="access",
    title=_("Manage access"),
    text=_("Who at your company may do what"),
    icon="key",
    url_name="people_list",
    needs=Right.ACCESS,
    facts=facts,
    say=say,
)
