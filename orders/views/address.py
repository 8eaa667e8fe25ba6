"""After the company has moved: which orders follow (edge 25)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.door import company_view
from access.rights import Right

from ..placing import adapt_addresses


@company_view(needs=Right.SHOP)
def order_addresses(request):
    """Orders that nobody has accepted yet and that carry another address: each keeps it or takes the new one."""
    if request.method == "POST":
        count = adapt_addresses(request.company, request.POST.getlist("order"), by=request.user)
        words = ngettext("%d order takes the new address.", "%d orders take the new address.", count) % count
        messages.success(request, words if count else _("The orders keep the address they were placed with."))
        return redirect("order_list", request.company.number)
    address = "\n".join(request.company.address_lines)
    found = request.company.orders.open().exclude(address=address).newest_first()[:100]
    return render(request, "orders/order_addresses.html", {"orders": found})
