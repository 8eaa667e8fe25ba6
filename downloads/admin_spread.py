from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from .spread import arrivals, versions_out_there


class SpreadPage:
    """For the admin of installed versions: which are out there, and how long a security update takes to arrive."""

    change_list_template = "admin/downloads/installed_list.html"

    def get_urls(self: Any) -> list[Any]:
        view = self.admin_site.admin_view(self.spread)
        own = [path("verbreitung/", view, name="downloads_installedversion_spread")]
        return own + super().get_urls()  # type: ignore[misc]

    def spread(self: Any, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        versions = versions_out_there()
        context = {"versions": versions, "arrivals": arrivals(versions), "title": _("Versions out there")}
        frame = self.admin_site.each_context(request)
        return render(request, "admin/downloads/spread.html", {**frame, **context, "opts": self.opts})
