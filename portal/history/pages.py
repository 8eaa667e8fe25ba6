"""The page "Verlauf" of every row of the admin."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .models import Change
from .words import lines_of

if TYPE_CHECKING:
    # What it is mixed into.
    _Mixed = admin.ModelAdmin
else:
    _Mixed = object

A_PAGE = 50


class WithHistory(_Mixed):
    """Who changed what of a row, by whatever way; of a company also what became of everything that is its."""

    # Django's own page is a TemplateResponse; what a view gives is enough.
    def history_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        is_company = self.opts.label == "accounts.Company"
        found = self._of_company(request, obj) if is_company else Change.objects.of_row(obj)
        number = max(1, int(page)) if (page := request.GET.get("p", "1")).isdecimal() and len(page) < 7 else 1
        rows = list(found[(number - 1) * A_PAGE : number * A_PAGE + 1])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "title": _("History: %s") % obj,
            "lines": lines_of(rows[:A_PAGE], with_rows=is_company),
            "newer": number - 1,
            "older": number + 1 if len(rows) > A_PAGE else 0,
            **(extra_context or {}),
        }
        return render(request, "admin/history/page.html", context)

    @staticmethod
    def _of_company(request: HttpRequest, company: Any) -> QuerySet[Change]:
        """What became of what is the company's, as far as the role may see the rows themselves."""
        seen = [
            model._meta.db_table
            for model in apps.get_models()
            if admin.site.is_registered(model) and _may(request, model)
        ]
        return Change.objects.of_company(company).filter(table__in=seen)


def _may(request: HttpRequest, model: Any) -> bool:
    return admin.site.get_model_admin(model).has_view_or_change_permission(request)
