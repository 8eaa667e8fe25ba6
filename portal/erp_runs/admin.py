"""The ERP's exports in the admin: one page per run, read from the top: what it would do, then the word of staff."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import ReadOnly
from portal.lib.files import sends_file, serve_protected
from portal.lib.refusals import told

from . import running
from .models import ErpExport, ErpRun

LAST = 20


class PackageForm(forms.Form):
    """A ZIP of the export; a larger one comes by the folder."""

    package = forms.FileField(label=_("ZIP of the ERP's export"))

    def clean_package(self):
        package = self.cleaned_data["package"]
        if package.size > settings.UPLOAD_WHOLE_LIMIT:
            most = settings.UPLOAD_WHOLE_LIMIT // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(most)d MB.") % {"most": most})
        return package


@admin.register(ErpRun)
class ErpRunAdmin(ReadOnly):
    """Import: whoever may add a run says so; everybody else of the role looks."""

    def has_run_permission(self, request):
        return request.user.has_perm("portal.add_erprun")

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("folder/", view(self.folder), name="portal_erprun_folder"),
            path("<uuid:pk>/import/", view(self.start), name="portal_erprun_import"),
            path("<uuid:pk>/again/", view(self.again), name="portal_erprun_again"),
            path("<uuid:pk>/leave/", view(self.leave), name="portal_erprun_leave"),
            path("<uuid:pk>/report.csv", view(self.report), name="portal_erprun_report"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        """A new package, and the last runs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may = self.has_run_permission(request)
        if request.method == "POST" and not may:
            raise PermissionDenied
        form = PackageForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            with told(request, form):
                run = running.take_upload(form.cleaned_data["package"], by=request.user)
                return redirect("admin:portal_erprun_change", run.pk)
        context = {
            "form": form,
            "runs": self.get_queryset(request)[:LAST],
            "may": may,
            "title": _("Imports from the ERP"),
        }
        context["folder"] = settings.ERP_FOLDER
        return render(request, "admin/erp/runs.html", self._context(request, context))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._run(request, object_id)
        context = {"run": run, "may": self.has_run_permission(request), "title": str(run)}
        return render(request, "admin/erp/run.html", self._context(request, context))

    def _context(self, request, context):
        return {**self.admin_site.each_context(request), "opts": self.opts, **context}

    def _run(self, request, pk):
        run = self.get_object(request, str(pk))
        if run is None or not self.has_view_permission(request, run):
            raise Http404
        return run

    def _do(self, request, pk, verb):
        """A button of the page of a run."""
        run = self._run(request, pk)
        if not self.has_run_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            with told(request):
                verb(run, by=request.user)
        return redirect("admin:portal_erprun_change", run.pk)

    def start(self, request, pk):
        return self._do(request, pk, running.import_it)

    def again(self, request, pk):
        return self._do(request, pk, running.start_again)

    def leave(self, request, pk):
        return self._do(request, pk, running.leave)

    def folder(self, request):
        """What lies in the nights' folder now."""
        if not self.has_run_permission(request):
            raise PermissionDenied
        if request.method != "POST" or not settings.ERP_FOLDER:
            return redirect("admin:portal_erprun_changelist")
        run = running.take_folder(by=request.user)
        return redirect("admin:portal_erprun_change", run.pk)

    @sends_file
    def report(self, request, pk):
        run = self._run(request, pk)
        if not run.report:
            raise Http404
        name = f"import-{run.began_at:%Y-%m-%d-%H%M}.csv"
        return serve_protected(request, run.report, name=name, sha256=run.report_sha256)


class ExportForm(forms.Form):
    with_files = forms.BooleanField(
        label=_("With documents and programs, so that it can be imported whole"), required=False
    )


@admin.register(ErpExport)
class ErpExportAdmin(ReadOnly):
    """All tables, to take away: for who has the right to, and each for who asked for it."""

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("portal.take_erpexport")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_urls(self):
        file = self.admin_site.admin_view(self.file)
        return [path("<uuid:pk>/export.zip", file, name="portal_erpexport_file"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            running.ask_export(by=request.user, **form.cleaned_data)
            messages.success(request, _("The export is being made. You find it here when it is ready."))
            return redirect("admin:portal_erpexport_changelist")
        context = {"form": form, "exports": self.get_queryset(request)[:LAST], "title": _("Export all tables")}
        context |= {"opts": self.opts, "kept": ErpExport.KEPT_DAYS}
        return render(request, "admin/erp/exports.html", {**self.admin_site.each_context(request), **context})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:portal_erpexport_changelist")

    @sends_file
    def file(self, request, pk):
        export = self.get_object(request, str(pk))
        if export is None or not export.file or not self.has_view_permission(request):
            raise Http404
        name = f"erp-export-{export.asked_at:%Y-%m-%d-%H%M}.zip"
        return serve_protected(request, export.file, name=name, sha256=export.sha256)
