from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.admin import Kept, LookOnly, ReadOnly, WithFile
from portal.lib.refusals import told

from .admin_spread import SpreadPage
from .admin_upload import UploadPages
from .announcing import count_loaders, recall
from .forms import RecallForm
from .models import Download, DownloadPass, InstalledVersion, PassEvent, Release, ReleaseFile, Upload
from .passing import revoke_pass


class ReleaseFileInline(LookOnly):
    """The files of a version, to look at; a file is added on its own page."""

    model = ReleaseFile
    fields = ["title", "platform", "file_name", "size", "sha256"]
    show_change_link = True


@admin.register(Release)
class ReleaseAdmin(UploadPages, Kept):
    list_display = ["__str__", "released_on", "kinds", "withdrawn_on", "supported_until"]
    list_select_related = ["product"]
    list_filter = ["product", "is_security", "is_pilot"]
    search_fields = ["version", "product__name", "product__number"]
    autocomplete_fields = ["product", "pilots"]
    # A withdrawal has a reason and mails behind it: the page "recall" is the one way there.
    readonly_fields = ["withdrawn_on", "withdrawn_reason", "successor", "announced_at", "notes_preview"]
    readonly_fields += ["upload_link", "recall_link"]
    inlines = [ReleaseFileInline]

    def get_urls(self):
        own = [
            path("<path:object_id>/recall/", self.admin_site.admin_view(self.recall), name="downloads_release_recall")
        ]
        return own + super().get_urls()

    @admin.display(description=_("kind"))
    def kinds(self, release):
        named = [(release.is_security, _("Security update")), (release.is_pilot, _("pilot"))]
        return ", ".join(str(word) for is_so, word in named if is_so) or "–"

    @admin.display(description=_("preview of the notes, as saved"))
    def notes_preview(self, release):
        return release.notes_html or "–"

    @admin.display(description=_("faulty version"))
    def recall_link(self, release):
        if not release.pk or release.withdrawn_on:
            return "–"
        url = reverse("admin:downloads_release_recall", args=[release.pk])
        return format_html('<a href="{}">{}</a>', url, _("Recall the version"))

    def save_model(self, request, obj, form, change):
        if {"is_pilot", "pilots"} & set(form.changed_data):
            # Those who see it from now on are told; nobody is told twice.
            obj.announced_at = None
        super().save_model(request, obj, form, change)

    def recall(self, request, object_id):
        """A faulty version: the reason, what to use instead, and who will be mailed."""
        release = self.get_object(request, object_id)
        if release is None or not self.has_change_permission(request, release):
            raise Http404
        form = RecallForm(request.POST or None, release=release)
        if form.is_valid():
            with told(request, form):
                count = recall(release, by=request.user, **form.cleaned_data)
                self.log_change(request, release, f"{_('Recall the version')}: {form.cleaned_data['reason']}")
                mailed = ngettext("%(count)d person mailed.", "%(count)d people mailed.", count)
                messages.success(request, mailed % {"count": count})
                return redirect("admin:downloads_release_change", release.pk)
        people = count_loaders(release)
        context = {**self.admin_site.each_context(request), "release": release, "form": form, "people": people}
        return render(request, "admin/downloads/recall.html", {**context, "title": str(release), "opts": self.opts})


@admin.register(ReleaseFile)
class ReleaseFileAdmin(WithFile):
    """Files are added on the page of their version, where they are checked first."""

    list_display = ["title", "release", "platform", "file_name", "size"]
    list_select_related = ["release__product"]
    search_fields = ["title", "file_name", "release__version"]
    autocomplete_fields = ["release"]
    fields = ["release", "title", "platform", "file", *WithFile.readonly_fields]

    def has_add_permission(self, request):
        return False

    def get_readonly_fields(self, request, obj=None):
        # The bytes of a published file never change; a new build is a new file.
        return [*super().get_readonly_fields(request, obj), *(["file"] if obj else [])]


@admin.register(Download)
class DownloadAdmin(ReadOnly):
    list_display = ["started_at", "company", "user", "by_pass", "file"]
    list_select_related = ["company", "user", "by_pass__release__product", "file__release"]
    search_fields = ["company__number", "user__email", "by_pass__email", "file__file_name"]


class PassEventInline(LookOnly):
    model = PassEvent
    fields = ["at", "kind", "text"]


@admin.register(DownloadPass)
class DownloadPassAdmin(ReadOnly):
    list_display = ["name", "company", "release", "expires_at", "revoked_at"]
    list_select_related = ["company", "release__product"]
    search_fields = ["company__number", "email", "name"]
    exclude = ["token_hash"]
    inlines = [PassEventInline]
    actions = ["revoke"]

    def has_revoke_permission(self, request):
        return request.user.has_perm("downloads.change_downloadpass")

    @admin.action(description=_("Take the selected passes back"), permissions=["revoke"])
    def revoke(self, request, queryset):
        for download_pass in queryset:
            revoke_pass(download_pass, by=request.user)


@admin.register(InstalledVersion)
class InstalledVersionAdmin(SpreadPage, ReadOnly):
    list_display = ["company", "product", "place", "version", "noted_at"]
    list_select_related = ["company", "product"]
    list_filter = ["product"]
    search_fields = ["company__number", "company__name", "place", "version"]


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ["file_name", "release", "size", "state", "started_at"]
    list_select_related = ["release__product", "started_by"]
    list_filter = ["state"]
    search_fields = ["file_name", "release__version", "release__product__name"]
