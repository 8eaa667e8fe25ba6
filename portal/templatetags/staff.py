"""Words of the vendor's workplace."""

from datetime import datetime
from typing import Any

from django import template
from django.contrib.admin.helpers import AdminField, AdminReadonlyField
from django.contrib.admin.utils import lookup_field
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.staff import lists
from portal.staff.showing import Shown, shown
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


@register.simple_tag
def table_of(cl: ChangeList, headers: list[dict[str, Any]], results: list[Any]) -> lists.Table:
    """The rows of a list with their labels."""
    return lists.table_of(cl, headers, results)


@register.simple_tag
def filters_of(cl: ChangeList) -> list[tuple[str, list[dict[str, Any]], Any]]:
    """The filters of a list: (title, choices, chip of what is chosen)."""
    return lists.filters_of(cl)


@register.simple_tag
def page_of(cl: ChangeList, number: int) -> str:
    """The query of another page of the same list."""
    return cl.get_query_string({PAGE_VAR: number})


@register.simple_tag
def query_without(cl: ChangeList, name: str) -> str:
    """The query of the same list, no longer asking one thing."""
    return cl.get_query_string(remove=[name])


def _own(field: AdminReadonlyField) -> Shown | None:
    """A value that is only read, in our writing."""
    name = field.field["field"]
    try:
        stored, attribute, value = lookup_field(name, field.form.instance, field.model_admin)
    except (AttributeError, ValueError, ObjectDoesNotExist):
        return None
    return shown(stored, str(name), value, is_boolean=getattr(attribute, "boolean", False))


@register.filter
def contents(field: AdminReadonlyField) -> str:
    """What a field that is only read holds."""
    own = _own(field)
    return own.html if own else field.contents()


@register.filter
def is_amount(field: AdminField | AdminReadonlyField) -> bool:
    """Whether it stands at the right of its column."""
    own = _own(field) if isinstance(field, AdminReadonlyField) else None
    return bool(own and own.is_number)


@register.filter
def as_help(text: str) -> str:
    """Help as the forms have it: written by us and by Django, with links in it, and never by who uses them."""
    return mark_safe(text)  # noqa: S308 - from the code
