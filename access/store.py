"""The switches in guardian's table: read in one query, written in two. Nobody else touches guardian."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import Permission

from .models import Membership, MembershipRight
from .rights import Right


def permission_ids() -> dict[str, int]:
    """Right value -> id of its permission."""
    found = Permission.objects.filter(content_type__app_label="access", codename__in=Right.values)
    return dict(found.values_list("codename", "pk"))


def set_rights(
    membership: Membership, rights: Iterable[str], until: dt.date | None = None
) -> tuple[set[str], set[str]]:
    """Make exactly these rights the membership's switches. Returns (added, removed) as sets of Right values.

    until: the last day of what is added, or None for as long as the access. A switch that has run out counts as off.
    """
    rights, had = set(rights), set(membership.granted)
    added, removed = rights - had, had - rights
    if added or removed:
        membership.rights.filter(permission__codename__in=added | removed).delete()
    if added:
        ids = permission_ids()
        MembershipRight.objects.bulk_create(
            MembershipRight(
                content_object=membership, user_id=membership.user_id, permission_id=ids[right], ends_on=until
            )
            for right in added
        )
    forget(membership)
    return added, removed


def forget(membership: Membership) -> None:
    """Read the switches anew at the next question."""
    membership.forget_granted()
    # A prefetched set would answer with the switches of before.
    getattr(membership, "_prefetched_objects_cache", {}).pop("rights", None)
