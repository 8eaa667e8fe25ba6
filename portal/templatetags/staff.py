"""Words of the vendor's workplace."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.staff.waiting import days_since

register = template.Library()


@register.filter
def ago(moment: datetime) -> str:
    """How long something has waited: "since today", "since yesterday", "since 9 days"."""
    days = days_since(moment)
    if days < 1:
        return _("since today")
    if days == 1:
        return _("since yesterday")
    return ngettext("since %(days)d day", "since %(days)d days", days) % {"days": days}


@register.filter
def rest(length: int) -> int:
    """What a bar of so many per cent leaves above it."""
    return 100 - length
