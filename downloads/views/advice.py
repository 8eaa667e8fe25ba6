"""The update advisor: one place of installation, and the way from what runs there to today's version."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from access.door import company_view
from access.missing import still_there
from access.rights import Right

from ..advice import Advice
from ..cover import cover_of
from ..installed import places_of


@company_view(needs=Right.DOWNLOADS)
def update_advice(request, product, pk):
    licences = request.company.licences.begun().filter(product__number=product).with_cover().select_related("product")
    covers = cover_of(licences)
    if not covers:
        raise Http404
    cover = next(iter(covers.values()))
    found = cover.licences[0].product
    places = request.company.installed_versions.filter(product=found)
    row = still_there(places, "product_detail", _("This place is no longer on the list."), product, pk=pk)
    releases = list(found.releases.visible_to(request.company).with_entitlement(request.company).newest_first())
    (place,) = places_of([{"pk": row.pk, "place": row.place, "version": row.version}], releases)
    reason = cover.reason(place.newer[0]) if place.newer else ""
    advice = Advice(found, place, reason)
    return render(request, "downloads/update_advice.html", {"product": found, "place": place, "advice": advice})
