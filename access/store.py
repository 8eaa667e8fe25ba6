"""The switches in guardian's table: read in one query, written in two. Nobody else touches guardian."""

from django.contrib.auth.models import Permission

from .models import MembershipRight
from .rights import Right


def permission_ids():
    """Right value -> id of its permission."""
    found = Permission.objects.filter(content_type__app_label="access", codename__in=Right.values)
    return dict(found.values_list("codename", "pk"))


def set_rights(membership, rights):
    """Make exactly these rights the membership's switches. Returns (added, removed) as sets of Right values."""
    rights, had = set(rights), set(membership.granted)
    added, removed = rights - had, had - rights
    if removed:
        membership.rights.filter(permission__codename__in=removed).delete()
    if added:
        ids = permission_ids()
        MembershipRight.objects.bulk_create(
            MembershipRight(content_object=membership, user_id=membership.user_id, permission_id=ids[right])
            for right in added
        )
    membership.forget_granted()
    # A prefetched set would answer with the switches of before.
    getattr(membership, "_prefetched_objects_cache", {}).pop("rights", None)
    return added, removed
