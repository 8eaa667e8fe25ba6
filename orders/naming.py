"""An order is called by what was ordered; its number is for papers."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def named(names: Sequence[str], count: int, number: str) -> str:
    """ "Zusatzmodul Mahnwesen und 2 weitere" out of the first names of so many lines; "Order A100123" without lines."""
    if not names:
        return _("Order %(number)s") % {"number": number}
    if count == 1:
        return names[0]
    if count == 2:
        return _("%(first)s and %(second)s") % {"first": names[0], "second": names[-1]}
    others = count - 1
    text = ngettext("%(first)s and %(count)d other", "%(first)s and %(count)d others", others)
    return text % {"first": names[0], "count": others}
