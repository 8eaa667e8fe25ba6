"""IT partner passes as the company sees them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right

from ..forms import PassForm
from ..models import Release
from ..passing import give_pass, revoke_pass


@company_view(needs=Right.DOWNLOADS)
def pass_list(request):
    passes = request.company.download_passes.with_names().with_loaded()
    page = Paginator(passes, 25).get_page(request.GET.get("page"))
    return render(request, "downloads/pass_list.html", {"page": page})


@company_view(needs=Right.DOWNLOADS)
def pass_create(request, release):
    """Hand one version, which the company may load today, to a technician."""
    release = get_object_or_404(Release.objects.entitled(request.company).select_related("product"), pk=release)
    form = PassForm(request.POST or None, initial={"language": request.user.language})
    if not form.is_valid():
        return render(request, "downloads/pass_create.html", {"form": form, "release": release})
    given = give_pass(request.company, release, by=request.user, **form.cleaned_data)
    messages.success(request, _("The pass was sent to %(mail)s.") % {"mail": given.email})
    return redirect("pass_detail", request.company.number, given.pk)


@company_view(needs=Right.DOWNLOADS)
def pass_detail(request, pk):
    """What happened with a pass, line by line."""
    given = get_object_or_404(request.company.download_passes.with_names().with_loaded(), pk=pk)
    return render(request, "downloads/pass_detail.html", {"pass": given, "events": given.events.all()})


@require_POST
@company_view(needs=Right.DOWNLOADS)
def pass_revoke(request, pk):
    given = get_object_or_404(request.company.download_passes, pk=pk)
    revoke_pass(given, by=request.user)
    messages.success(request, _("The pass of %(name)s no longer works.") % {"name": given.name})
    return redirect("pass_detail", request.company.number, given.pk)
