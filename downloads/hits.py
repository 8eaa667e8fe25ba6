from django.db.models import Case, Exists, OuterRef, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from access.rights import Right
from portal.lib.hits import MOST, Found, Group, Hit
from portal.lib.marking import part_of
from portal.lib.searching import any_field, every_word

from .models import Release, ReleaseFile

NAMED = ("product__name", "product__number", "version")


def find(request: HttpRequest, typed: str) -> Found:
    """Versions of licensed programs by name, number, file or notes; first what is named so, then the newest."""
    company = request.company
    files = ReleaseFile.objects.filter(release=OuterRef("pk"))
    licensed = Release.objects.visible_to(company).filter(product__in=company.licences.begun().values("product"))
    found = licensed.filter(
        every_word(typed, *NAMED, "notes", also=lambda word: Exists(files.filter(any_field(word, "title"))))
    )
    named = Case(When(every_word(typed, *NAMED), then=1), default=0)
    rows = found.annotate(is_named=named).select_related("product").order_by("-is_named", "-released_on", "-pk")
    return Found.of(rows[: MOST + 1], typed, lambda release: _line(release, company.number, typed))


def _line(release: Release, company: str, typed: str) -> Hit:
    snippet = part_of(strip_tags(release.notes_html), typed)
    state = (
        ("danger", _("withdrawn"))
        if release.withdrawn_on
        else ("info", pgettext("version", "new"))
        if release.is_new
        else None
    )
    return Hit(
        str(release),
        f"{reverse('product_detail', args=[company, release.product.number])}#version-{release.pk}",
        about=date_format(release.released_on, "d.m.Y"),
        place=_("What is new") if snippet else "",
        snippet=snippet,
        state=state,
    )


GROUP = Group("programs", gettext_lazy("Programs"), "arrow-down-tray", find, Right.DOWNLOADS)
