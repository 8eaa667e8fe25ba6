from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.refusals import told

from ..forms import ParticipantForm
from ..trainings import coming_dates, release, rename


@company_view(needs=Right.SHOP)
def training_list(request):
    """The seats the company has booked, the next date first."""
    bookings = request.company.training_bookings.taken().select_related("date__article")
    context = {"bookings": bookings.order_by("date__starts_at", "pk"), "dates": coming_dates(request.company)}
    return render(request, "shop/training_list.html", context)


def own_booking(request, pk):
    bookings = request.company.training_bookings.select_related("date__article", "company")
    return get_object_or_404(bookings, pk=pk)


@require_POST
@company_view(needs=Right.SHOP)
def booking_rename(request, pk):
    booking, form = own_booking(request, pk), ParticipantForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["participant"][0])
        return redirect("training_list", request.company.number)
    with told(request):
        rename(booking, form.cleaned_data["participant"])
        messages.success(request, _("The seat is now for %(name)s.") % {"name": booking.participant})
    return redirect("training_list", request.company.number)


@company_view(needs=Right.SHOP)
def booking_release(request, pk):
    """Asks once, then gives the seat back."""
    booking = own_booking(request, pk)
    if request.method != "POST":
        return render(request, "shop/booking_release.html", {"booking": booking})
    with told(request):
        release(booking, by=request.user)
        messages.success(request, _("The seat of %(name)s has been cancelled.") % {"name": booking.participant})
    return redirect("training_list", request.company.number)
