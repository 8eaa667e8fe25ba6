from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import HOLDER, company_view, has_second_factor
from access.rights import Right
from access.terms import set_weekly_mail

from ..company import address_asks_for_orders, set_second_factor_rule
from ..factors import security_of
from ..forms import CompanyForm, PersonForm


@company_view
def account(request):
    """The person's own data, and the company's."""
    context = {
        "newsletter": request.user.consents.open().first(),
        "name_change": request.company.name_changes.waiting().first(),
        "own": security_of(request.user),
        "may_edit": Right.ACCOUNT in request.rights,
    }
    return render(request, "accounts/account.html", context)


@require_POST
@company_view
def weekly_mail(request):
    """The weekly mail of what waits, on or off; the person's own wish."""
    wanted = request.POST.get("wanted") == "1"
    if wanted and not request.user.email:
        messages.error(request, _("For this your account needs an e-mail address."))
    else:
        set_weekly_mail(request.membership, wanted)
        messages.success(request, _("You get the weekly mail.") if wanted else _("You no longer get the weekly mail."))
    return redirect("account", request.company.number)


@company_view
def person_edit(request):
    form = PersonForm(request.POST or None, instance=request.user, membership=request.membership)
    if not form.is_valid():
        return render(request, "accounts/person_edit.html", {"form": form})
    form.save()
    messages.success(request, _("Your details have been saved."))
    return redirect("account", request.company.number)


@require_POST
@company_view(needs=HOLDER)
def second_factor_rule(request):
    """A licence holder asks a second factor of everybody at the company, or no longer; first of themselves."""
    wanted = request.POST.get("needed") == "1"
    if wanted and not has_second_factor(request.user):
        messages.error(request, _("Set up a second factor for yourself first, so that you do not lock yourself out."))
    else:
        set_second_factor_rule(request.company, wanted, by=request.user)
        messages.success(request, _("Saved."))
    return redirect("account", request.company.number)


@company_view(needs=Right.ACCOUNT)
def company_edit(request):
    form = CompanyForm(request.POST or None, instance=request.company)
    if not form.is_valid():
        # The frame shows the company as it is stored, not as it was typed.
        request.company.refresh_from_db()
        return render(request, "accounts/company_edit.html", {"form": form})
    form.save()
    messages.success(request, _("The company's details have been saved."))
    if address_asks_for_orders(request, form):
        return redirect("order_addresses", request.company.number)
    return redirect("account", request.company.number)
