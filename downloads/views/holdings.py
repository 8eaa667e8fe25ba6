"""Mein Bestand: licences, maintenance, rents, installed versions and the end of support on one axis of years."""

from django.shortcuts import render

from access.door import company_view
from access.rights import Right

from ..axis import picture_of
from ..holdings import holdings_of


@company_view(needs=Right.CONTRACTS)
def holding_list(request):
    """What is installed where belongs to Downloads; without that permission it is left out."""
    holdings = holdings_of(request.company, with_places=Right.DOWNLOADS in request.rights)
    may_order = Right.SHOP in request.rights and not request.company.has_ended
    context = {"picture": picture_of(holdings), "may_order": may_order}
    return render(request, "downloads/holding_list.html", context)
