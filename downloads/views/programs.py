from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import company_view
from access.missing import still_there
from access.rights import Right
from portal.lib.files import begins_download, sends_file, serve_protected

from ..cover import cover_of
from ..forms import InstalledForm
from ..installed import places_of
from ..models import InstalledVersion, Release, ReleaseFile, ReleaseWatch
from ..timeline import timeline_of


@company_view(needs=Right.DOWNLOADS)
def product_list(request):
    licences = request.company.licences.begun().with_cover().select_related("product").prefetch_related("maintenance")
    covers = cover_of(licences)
    newest = newest_per_product(request.company)
    products = [
        {"product": cover.licences[0].product, "cover": cover, "newest": newest.get(product_id)}
        for product_id, cover in covers.items()
    ]
    return render(request, "downloads/product_list.html", {"products": products})


def newest_per_product(company):
    """product id -> the newest version the company may load."""
    entitled = Release.objects.entitled(company).filter(product__in=company.licences.values("product"))
    return {release.product_id: release for release in entitled.newest_per_product().prefetch_related("files")}


@company_view(needs=Right.DOWNLOADS)
def product_detail(request, product):
    return product_page(request, product, InstalledForm())


def product_page(request, number, form):
    """Everything about one licensed product; form: what is installed where."""
    watched = request.user.release_watches.filter(company=request.company, product=OuterRef("product"))
    places = InstalledVersion.rows(company=request.company, product=OuterRef("product"))
    licences = request.company.licences.begun().filter(product__number=number)
    licences = licences.annotate(is_watched=Exists(watched), places=places).with_cover()
    licences = list(licences.select_related("product").prefetch_related("maintenance"))
    if not licences:
        raise Http404
    first, cover = licences[0], cover_of(licences)[licences[0].product_id]
    releases = releases_of(first.product, request.company)
    places = places_of(first.places, releases)
    for release in releases:
        release.reason = cover.reason(release)
        release.installed_at = [place.name for place in places if place.release is release]
    context = {
        "product": first.product,
        "cover": cover,
        "releases": releases[:1],
        "earlier": releases[1:],
        "form": form,
        "line": timeline_of(releases),
    }
    context |= {"places": places, "versions": [release.version for release in releases]}
    return render(request, "downloads/product_detail.html", {**context, "is_watched": first.is_watched})


def releases_of(product, company):
    """The versions of a product that a company sees, newest first, with their files."""
    releases = product.releases.visible_to(company).with_entitlement(company).with_loaded(company)
    return list(releases.newest_first().select_related("successor").prefetch_related("files"))


@require_POST
@company_view(needs=Right.DOWNLOADS)
def product_watch(request, product):
    """Mails about new versions of a product, on or off for this person and company."""
    wanted = request.POST.get("wanted") == "1"
    ReleaseWatch.toggle(request.company, request.user, licensed(request.company, product), wanted=wanted)
    return redirect(reverse("product_detail", args=[request.company.number, product]) + "#news")


def licensed(company, number):
    """The product with a number, if the company ever licensed it; else Http404."""
    licence = company.licences.begun().filter(product__number=number).select_related("product").first()
    if licence is None:
        raise Http404
    return licence.product


@require_POST
@company_view(needs=Right.DOWNLOADS)
def installed_note(request, product):
    """Say which version runs at a place; a known place gets the new version."""
    found, form = licensed(request.company, product), InstalledForm(request.POST)
    if not form.is_valid():
        return product_page(request, product, form)
    InstalledVersion.note(request.company, found, by=request.user, **form.cleaned_data)
    return redirect(reverse("product_detail", args=[request.company.number, product]) + "#places")


@require_POST
@company_view(needs=Right.DOWNLOADS)
def installed_remove(request, product, pk):
    places = request.company.installed_versions.filter(product__number=product)
    still_there(places, "product_detail", _("This place is no longer on the list."), product, pk=pk).delete()
    return redirect(reverse("product_detail", args=[request.company.number, product]) + "#places")


@company_view(needs=Right.DOWNLOADS)
@sends_file
def release_file(request, pk):
    """The program itself, if the company's licences cover it today. One download is noted however often it resumes."""
    entitled = Release.objects.entitled(request.company)
    file = get_object_or_404(ReleaseFile.of(entitled), pk=pk)
    response = serve_protected(request, file.file, name=file.file_name, sha256=file.sha256)
    if begins_download(request, response):
        file.note_download(request.company, request.user)
    return response
