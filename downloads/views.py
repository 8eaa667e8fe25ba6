from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.door import company_view
from access.rights import Right
from portal.lib.files import begins_download, serve_protected

from .cover import cover_of
from .models import Release, ReleaseFile, ReleaseWatch


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
    return {release.product_id: release for release in entitled.newest_per_product()}


@company_view(needs=Right.DOWNLOADS)
def product_detail(request, product):
    watched = request.user.release_watches.filter(company=request.company, product=OuterRef("product"))
    licences = request.company.licences.begun().filter(product__number=product).annotate(is_watched=Exists(watched))
    licences = list(licences.with_cover().select_related("product").prefetch_related("maintenance"))
    if not licences:
        raise Http404
    cover = cover_of(licences)[licences[0].product_id]
    releases = releases_of(licences[0].product, request.company)
    for release in releases:
        release.reason = cover.reason(release)
    context = {"product": licences[0].product, "cover": cover, "releases": releases[:1], "earlier": releases[1:]}
    return render(request, "downloads/product_detail.html", {**context, "is_watched": licences[0].is_watched})


def releases_of(product, company):
    """The versions of a product that a company sees, newest first, with their files."""
    releases = product.releases.visible_to(company).with_entitlement(company).with_loaded(company)
    return list(releases.newest_first().select_related("successor").prefetch_related("files"))


@require_POST
@company_view(needs=Right.DOWNLOADS)
def product_watch(request, product):
    """Mails about new versions of a product, on or off for this person and company."""
    licence = request.company.licences.begun().filter(product__number=product).select_related("product").first()
    if licence is None:
        raise Http404
    wanted = request.POST.get("wanted") == "1"
    ReleaseWatch.toggle(request.company, request.user, licence.product, wanted=wanted)
    return redirect(reverse("product_detail", args=[request.company.number, product]) + "#news")


@company_view(needs=Right.DOWNLOADS)
def release_file(request, pk):
    """The program itself, if the company's licences cover it today. One download is noted however often it resumes."""
    entitled = Release.objects.entitled(request.company)
    file = get_object_or_404(ReleaseFile.of(entitled), pk=pk)
    response = serve_protected(request, file.file, name=file.file_name, sha256=file.sha256)
    if begins_download(request, response):
        file.note_download(request.company, request.user)
    return response
