from typing import Any

from django import template
from django.contrib.auth.models import AbstractUser

from portal.lib.space import WORK
from portal.models import Trouble

register = template.Library()
MOST = 100


@register.simple_tag
def troubles_of(person: AbstractUser) -> dict[str, Any]:
    """What the vendor's first page says about the worker's troubles: {"space": rows, "others": how many, "many"}.

    space: disks that are nearly full. others are counted up to MOST, which "many" tells. Empty for who may not look.
    """
    if not person.has_perm("portal.view_trouble"):
        return {}
    rows = list(Trouble.objects.order_by("-at").only("work", "row", "reason")[: MOST + 1])
    space = [row for row in rows if row.work == WORK]
    return {"space": space, "others": min(len(rows) - len(space), MOST), "many": len(rows) > MOST}
