"""The admin's pages that belong to no table: its first page, its search, and the frame around all of them."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.history.pages import WithHistory

from .areas import grouped
from .fields import OurForms
from .figures import figures
from .finding import find
from .waiting import full_disks, lists_for
from .welcome import welcome

# Sets of permissions: roles and their mixtures.
MOST_KEPT = 100


class StaffSite(AdminSite):
    site_header = site_title = f"{settings.BRAND['name']} {settings.BRAND['portal']}"
    index_title = _("What waits")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What each set of permissions may open, in each language.
        self._made: dict[Any, list[dict[str, Any]]] = {}

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
        if app_label:
            return super().get_app_list(request, app_label)
        path = request.path
        areas = []
        for area in self._areas(request):
            here = [{**one, "is_current": path.startswith(one["admin_url"] or "#")} for one in area["models"]]
            areas.append({**area, "models": here, "is_current": any(one["is_current"] for one in here)})
        return areas

    def _areas(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The areas of who looks, made once for each set of permissions: asking for each table takes milliseconds."""
        user: Any = request.user
        rights = True if user.is_superuser else frozenset(user.get_all_permissions())
        key = (user.is_active and user.is_staff, rights, get_language(), request.path[: -len(request.path_info)])
        if (made := self._made.get(key)) is None:
            if len(self._made) >= MOST_KEPT:
                self._made = {}
            made = self._made[key] = grouped(super().get_app_list(request))
        return made

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
