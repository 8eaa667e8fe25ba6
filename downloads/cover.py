"""Why a version may be loaded or not, in words. What is allowed is decided by the queryset alone."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contracts.models import Licence
from portal.lib.days import today


@dataclass
class Cover:
    """A company's licences of one product, read once. covered_until: the last day whose versions belong to them."""

    licences: list

    @property
    def running(self):
        return [licence for licence in self.licences if licence.is_running]

    @property
    def covered_until(self):
        return max((licence.covered_until for licence in self.running), default=None)

    @property
    def is_current(self):
        """Whether versions released today belong to it."""
        return bool(self.covered_until and self.covered_until >= today())

    def reason(self, release):
        """A sentence why this version is not available, or "" when it is."""
        if release.is_entitled:
            return ""
        if release.withdrawn_on:
            return release.withdrawn_reason or _("This version was withdrawn by the vendor.")
        if self.running:
            day = date_format(self.covered_until, "d.m.Y")
            return _("Your maintenance covers versions released up to %(day)s.") % {"day": day}
        if any(licence.kind == Licence.Kind.RENTED for licence in self.licences):
            return _("The rent of this program has ended.")
        return _("Your licence does not run today.")


def cover_of(licences):
    """A Cover for each product in an iterable of licences (with_cover): product id -> Cover."""
    covers = {}
    for licence in licences:
        covers.setdefault(licence.product_id, Cover([])).licences.append(licence)
    return covers
