from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import Kept, LookOnly, ReadOnly, WithFile
from portal.lib.days import today

from .models import Download, Release, ReleaseFile


class ReleaseFileInline(LookOnly):
    """The files of a version, to look at; a file is added on its own page."""

    model = ReleaseFile
    fields = ["title", "platform", "file_name", "size", "sha256"]
    show_change_link = True


@admin.register(Release)
class ReleaseAdmin(Kept):
    list_display = ["product", "version", "released_on", "is_security", "withdrawn_on", "supported_until"]
    list_display_links = ["product", "version"]
    list_select_related = ["product"]
    list_filter = ["product", "is_security"]
    search_fields = ["version", "product__name", "product__number"]
    autocomplete_fields = ["product"]
    inlines = [ReleaseFileInline]
    actions = ["withdraw"]

    @admin.action(description=_("Withdraw the selected versions"), permissions=["change"])
    def withdraw(self, request, queryset):
        count = queryset.filter(withdrawn_on=None).update(withdrawn_on=today())
        self.message_user(
            request, _("%(count)d versions withdrawn. Please give the reason on their pages.") % {"count": count},
            messages.SUCCESS,
        )  # fmt: skip


@admin.register(ReleaseFile)
class ReleaseFileAdmin(WithFile):
    list_display = ["title", "release", "platform", "file_name", "size"]
    list_select_related = ["release__product"]
    search_fields = ["title", "file_name", "release__version"]
    autocomplete_fields = ["release"]
    fields = ["release", "title", "platform", "file", *WithFile.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        # The bytes of a published file never change; a new build is a new file.
        return [*super().get_readonly_fields(request, obj), *(["file"] if obj else [])]


@admin.register(Download)
class DownloadAdmin(ReadOnly):
    list_display = ["started_at", "company", "user", "file"]
    list_select_related = ["company", "user", "file__release"]
    search_fields = ["company__number", "user__email", "file__file_name"]
