from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.door import company_view
from access.rights import Right

from .forms import CompanyForm, PersonForm


@company_view
def account(request):
    """The person's own data, and the company's."""
    return render(request, "accounts/account.html")


@company_view
def person_edit(request):
    form = PersonForm(request.POST or None, instance=request.user)
    if not form.is_valid():
        return render(request, "accounts/person_edit.html", {"form": form})
    form.save()
    messages.success(request, _("Your details have been saved."))
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
    return redirect("account", request.company.number)
