from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.lib.tiles import CountOf, Fact, Tile

from .rights import Right


def facts(request):
    company = request.company
    people = company.memberships.order_by()
    return {
        "people": CountOf(people.exclude(accepted_at=None).values("pk")),
        "invited": CountOf(people.filter(accepted_at=None).values("pk")),
        "asked": CountOf(people.filter(requests__answered_at=None, requests__isnull=False).values("pk")),
        "review": CountOf(company.access_reviews.order_by().filter(closed_at=None).values("pk")),
        "takeover": CountOf(company.takeovers.order_by().filter(state="waiting").values("pk")),
    }


def say(request, row):
    """What waits for the person first, else how many there are."""
    if row["takeover"]:
        return Fact(gettext("Transfer of the role under way"), "wait")
    if asked := row["asked"]:
        text = ngettext("%(count)d request waits", "%(count)d requests wait", asked)
        return Fact(text % {"count": asked}, "wait")
    if row["review"]:
        return Fact(gettext("Review of access is due"), "wait")
    if row["people"] == 1 and not row["invited"]:
        return Fact(gettext("Only you so far"))
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
