"""A version as a customer sees it, for the admin."""

from django.utils.translation import gettext as _

from accounts.models import Company
from accounts.previewing import Previewed

from .cover import Cover
from .models import Release


class ReleasePreview(Previewed):
    preview_template = "downloads/_release.html"

    def first_company(self, release):
        """One that has licensed the product."""
        named = release.pilots.all() if release.is_pilot else Company.objects.all()
        licensed = named.filter(ended_on=None, licences__product=release.product_id).order_by("number").distinct()
        return licensed.first() or Company.objects.order_by("number").first()

    def preview_of(self, release, company):
        shown = Release.objects.filter(pk=release.pk).with_entitlement(company).with_loaded(company)
        (shown,) = shown.select_related("product", "successor").prefetch_related("files")
        licences = company.licences.begun().filter(product=release.product_id).with_cover()
        shown.reason = Cover(list(licences.prefetch_related("maintenance"))).reason(shown)
        return {"release": shown, "is_newest": True}

    def why_unseen(self, release, company):
        reasons = []
        if not company.licences.begun().filter(product=release.product_id).exists():
            reasons.append(_("This customer has no licence of the program."))
        if not Release.objects.published().filter(pk=release.pk).exists():
            reasons.append(_("The version is not published yet, or its first file is still on the way."))
        if release.is_pilot and not release.pilots.filter(pk=company.pk).exists():
            reasons.append(_("It is a pilot version, and this customer is not among the pilots."))
        return reasons
