"""What customers ask of the vendor: another company name, and to be forgotten."""

from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib.deciding import Decided
from portal.lib.files import sends_file, serve_protected

from ..erasure import carry_out, decline_deletion, what_goes, what_stays
from ..models import DeletionRequest, NameChange
from ..renaming import accept, decline


@admin.register(NameChange)
class NameChangeAdmin(Decided):
    """Firm and seat before and after, side by side."""

    list_display = ["new_name", "company", "asked_at", "state", "decide_link"]
    list_select_related = ["company"]
    list_filter = ["state"]
    search_fields = ["company__number", "old_name", "new_name"]
    fields = [
        "company",
        "asked_by_name",
        "asked_at",
        "effective_on",
        "state",
        "decided_at",
        "decided_by_name",
        "reason",
        "note",
        "extract",
    ]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "extract"]

    def get_urls(self):
        own = [
            path("<path:object_id>/datei/", self.admin_site.admin_view(self.file_view), name="accounts_namechange_file")
        ]
        return own + super().get_urls()

    @sends_file
    def file_view(self, request, object_id):
        change = self.get_object(request, object_id)
        if change is None or not change.file or not self.has_view_permission(request, change):
            raise Http404
        return serve_protected(request, change.file, name=change.file_name, sha256=change.sha256)

    @admin.display(description=_("register extract"))
    def extract(self, change):
        if not change.file:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:accounts_namechange_file", args=[change.pk]), change.file_name
        )

    def facts(self, change):
        day = change.effective_on.strftime("%d.%m.%Y")
        more = [(_("in force from"), "", day, True), (_("note"), "", change.note, False)]
        return [*change.compared, *more, (_("register extract"), "", self.extract(change), False)]

    def accept(self, request, change):
        accept(change, by=request.user)

    def decline(self, request, change, reason):
        decline(change, reason, by=request.user)


@admin.register(DeletionRequest)
class DeletionRequestAdmin(Decided):
    """The queue of Art. 17 DSGVO; within a month of the day asked."""

    list_display = ["__str__", "asked_at", "state", "decided_at", "decide_link"]
    list_select_related = ["user"]
    list_filter = ["state"]
    fields = ["user", "asked_at", "state", "decided_at", "decided_by_name", "reason", "report"]
    columns = (_("What"), _("How many"), _("What becomes of it"))

    def facts(self, request):
        if request.user is None:
            return []
        companies = ", ".join(str(row.company) for row in request.user.memberships.select_related("company"))
        goes = ", ".join(f"{title} ({count})" for title, count in what_goes(request.user))
        stays = [(kept.title, kept.count, kept.why, False) for kept in what_stays(request.user)]
        return [(_("companies"), companies, _("access ends"), True), (_("What goes"), goes, _("deleted"), True), *stays]

    def accept(self, request, asked):
        carry_out(asked, by=request.user)

    def decline(self, request, asked, reason):
        decline_deletion(asked, reason, by=request.user)
