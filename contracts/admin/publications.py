"""Documents for many companies: made, looked at, published, recalled, one page for each."""

import io
import zipfile
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.admin import ReadOnly
from portal.lib.csv import csv_response, safe_row
from portal.lib.files import sends_file
from portal.lib.refusals import told

from ..models import Publication, PublicationEntry
from ..publishing import running
from ..publishing.forms import OneForm, PackageForm, RecallForm, StartForm
from ..publishing.index import COLUMNS, EXAMPLE

PER_PAGE = 50
A4 = (595, 842)
ADD, RECALL = "contracts.add_publication", "contracts.change_publication"


def blank_pdf() -> bytes:
    """An empty page, for the example."""
    from pypdf import PdfWriter

    paper, raw = PdfWriter(), io.BytesIO()
    paper.add_blank_page(*A4)
    paper.write(raw)
    return raw.getvalue()


@admin.register(Publication)
class PublicationAdmin(ReadOnly):
    list_display = ["name", "made_at", "state", "published", "by_name"]
    list_filter = ["state", "is_package"]
    search_fields = ["name"]

    @admin.display(description=gettext_lazy("documents"))
    def published(self, publication: Publication) -> int:
        return publication.entries.exclude(document=None).count()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("neu/", view(self.new), name="contracts_publication_new"),
            path("zip/", view(self.package), name="contracts_publication_package"),
            path("beispiel.zip", view(self.example), name="contracts_publication_example"),
            path("<uuid:pk>/change/", view(self.page), name="contracts_publication_change"),
            path("<uuid:pk>/start/", view(self.start), name="contracts_publication_start"),
            path("<uuid:pk>/again/", view(self.again), name="contracts_publication_again"),
            path("<uuid:pk>/leave/", view(self.leave), name="contracts_publication_leave"),
            path("<uuid:pk>/recall/", view(self.recall), name="contracts_publication_recall"),
            path("<uuid:pk>/zeilen.csv", view(self.rows), name="contracts_publication_rows"),
        ]
        return own + super().get_urls()

    # --- made ---

    def new(self, request: HttpRequest) -> HttpResponse:
        """One document for many companies."""
        self._needs(request, ADD)
        form = OneForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            with told(request, form):
                made = running.make_one(form.cleaned_data["file"], by=request.user, **form.given())
                return self._made(request, made)
        context = {"form": form, "title": _("One document for many companies")}
        return self._render(request, "new", context)

    def package(self, request: HttpRequest) -> HttpResponse:
        """Documents in a ZIP, each for the company that the index says."""
        self._needs(request, ADD)
        form = PackageForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            with told(request, form):
                made = running.make_package(data["package"], name=data["name"], tells=data["tells"], by=request.user)
                return self._made(request, made)
        context = {"form": form, "title": _("Documents out of a ZIP"), "columns": COLUMNS}
        context["example"] = [list(zip(COLUMNS, row, strict=True)) for row in EXAMPLE]
        return self._render(request, "package", context)

    def _made(self, request: HttpRequest, made: Publication) -> HttpResponse:
        self.log_addition(request, made, _("Made."))
        return redirect("admin:contracts_publication_change", made.pk)

    @sends_file
    def example(self, request: HttpRequest) -> HttpResponse:
        """A small package as it is expected."""
        self._needs(request, ADD)
        raw = io.BytesIO()
        lines = [";".join(safe_row(row)) for row in (COLUMNS, *EXAMPLE)]
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr("index.csv", "\ufeff" + "\r\n".join(lines) + "\r\n")
            for row in EXAMPLE:
                zipped.writestr(row[1], blank_pdf())
        headers = {"Content-Disposition": 'attachment; filename="beispiel.zip"'}
        return HttpResponse(raw.getvalue(), content_type="application/zip", headers=headers)

    # --- looked at ---

    def page(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """What each company gets, or got."""
        publication = self._found(request, pk)
        counts = publication.counts()
        state = request.GET.get("state", "")
        rows = publication.entries.select_related("company", "document").order_by("line")
        if state in PublicationEntry.State:
            rows = rows.filter(state=state)
        elif state == "version":
            rows = rows.filter(state=PublicationEntry.State.WAITING, version__gt=1)
        states = [(one.value, one.label, counts[one]) for one in PublicationEntry.State if counts.get(one)]
        if counts["version"]:
            states.insert(1, ("version", _("of these, replacing a filed one"), counts["version"]))
        total = sum(counts.get(one, 0) for one in PublicationEntry.State)
        context = {
            "publication": publication, "title": publication.name, "counts": states, "state": state, "total": total,
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("seite")),
            "over": total - counts.get("waiting", 0), "start": StartForm(publication=publication),
            "may": request.user.has_perm(ADD), "may_recall": request.user.has_perm(RECALL),
            "companies": publication.entries.exclude(company=None).values("company").distinct().count(),
            "can_recall": publication.entries.filter(document__recalled_at=None).exclude(document=None).exists(),
        }  # fmt: skip
        return self._render(request, "page", context)

    def rows(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """All rows with what becomes, or became, of each, as CSV."""
        publication = self._found(request, pk)
        header = [_("Line"), *COLUMNS, _("State"), _("Reason")]
        rows = (
            [row.line, row.customer, row.source, row.kind, row.number, row.title,
             f"{row.dated_on:%d.%m.%Y}" if row.dated_on else "", row.get_state_display(), row.problem]
            for row in publication.entries.order_by("line").iterator(500)
        )  # fmt: skip
        return csv_response(f"veroeffentlichung-{publication.made_at:%Y-%m-%d}.csv", header, rows)

    # --- said ---

    def start(self, request: HttpRequest, pk: Any) -> HttpResponse:
        publication = self._found(request, pk, ADD)
        form = StartForm(request.POST, publication=publication)
        if request.method == "POST" and form.is_valid():
            with told(request):
                running.start(publication, by=request.user, **form.cleaned_data)
                self.log_change(request, publication, _("Started."))
        return redirect("admin:contracts_publication_change", pk)

    def again(self, request: HttpRequest, pk: Any) -> HttpResponse:
        publication = self._found(request, pk, ADD)
        if request.method == "POST":
            with told(request):
                running.start_again(publication, by=request.user)
                self.log_change(request, publication, _("Started again."))
        return redirect("admin:contracts_publication_change", pk)

    def leave(self, request: HttpRequest, pk: Any) -> HttpResponse:
        publication = self._found(request, pk, ADD)
        if request.method == "POST":
            with told(request):
                running.leave(publication, by=request.user)
                self.log_change(request, publication, _("Not published."))
        return redirect("admin:contracts_publication_change", pk)

    def recall(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Takes all its documents back, with a reason."""
        publication = self._found(request, pk, RECALL)
        form = RecallForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with told(request, form):
                running.recall(publication, by=request.user, **form.cleaned_data)
                self.log_change(request, publication, _("Recalled."))
                messages.success(request, _("The documents are being recalled; everybody concerned is mailed."))
                return redirect("admin:contracts_publication_change", pk)
        left = publication.entries.filter(document__recalled_at=None).exclude(document=None).count()
        context = {"publication": publication, "form": form, "left": left, "title": publication.name}
        return self._render(request, "recall", context)

    def _needs(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(permission):
            raise PermissionDenied

    def _found(self, request: HttpRequest, pk: Any, permission: str = "") -> Publication:
        publication = self.get_object(request, str(pk))
        if publication is None or not self.has_view_permission(request, publication):
            raise Http404
        if permission:
            self._needs(request, permission)
        return publication

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, f"admin/contracts/publication/{template}.html", frame)
