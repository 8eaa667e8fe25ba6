"""The admin's pages that belong to no table: its first page, its search, and the frame around all of them."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from portal.history.pages import WithHistory

from .areas import grouped
from .fields import OurForms
from .figures import figures
from .finding import find
from .waiting import full_disks, lists_for
from .welcome import welcome


class StaffSite(AdminSite):
    site_header = site_title = f"{settings.BRAND['name']} {settings.BRAND['portal']}"
    index_title = _("What waits")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's; every table gets our history and our fields."""
        base = admin_class or ModelAdmin
        with_history = type(
            base.__name__, (WithHistory, OurForms, base), {"__module__": base.__module__, "__doc__": base.__doc__}
        )
        super().register(model_or_iterable, with_history, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Imported late: the pages ask for this site.
        from .customer.urls import urls
        from .looking import look_end

        own = [
            path("suche/", self.admin_view(self.search), name="search"),
            path("einladen/", self.admin_view(welcome), name="welcome"),
            path("ansehen/beenden/", self.admin_view(look_end), name="look_end"),
        ]
        return [*own, *urls(self.admin_view), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        areas = grouped(apps)
        for area in areas:
            for table in area["models"]:
                table["is_current"] = request.path.startswith(table["admin_url"] or "#")
            area["is_current"] = any(table["is_current"] for table in area["models"])
        return areas

    # Django's own page is a TemplateResponse; what a view gives is enough.
    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What waits, oldest first, what the week looks like, and all tables by work."""
        lists = lists_for(request.user)
        context = {**self.each_context(request), "title": self.index_title, "lists": lists}
        context |= {"total": sum(one.count for one in lists), "figures": figures(request.user)}
        context["full_disks"] = full_disks(request.user)
        return render(request, "admin/home.html", context)

    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Our tables stand in areas of work, not in apps."""
        return redirect("admin:index")

    def search(self, request: HttpRequest) -> HttpResponse:
        """One field for all: the only exact hit is opened at once."""
        typed = request.GET.get("q", "")
        groups = find(request.user, typed)
        exact = [hit for group in groups for hit in group.hits if hit.is_exact]
        if len(exact) == 1:
            return redirect(exact[0].url)
        context = {**self.each_context(request), "title": _("Search"), "groups": groups, "typed": typed}
        return render(request, "admin/search.html", context)
