"""What machines read in filed invoices; the wrong ones wait for staff."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import ReadOnly

from ..models import ElectronicInvoice


class VerdictFilter(admin.SimpleListFilter):
    title = _("XML")
    parameter_name = "xml"

    def lookups(self, request, model_admin):
        return [("wrong", _("faulty")), ("fine", _("without faults")), ("none", _("without XML"))]

    def queryset(self, request, queryset):
        match self.value():
            case "wrong":
                return queryset.wrong()
            case "fine":
                return queryset.filter(faults=[]).exclude(form="")
            case "none":
                return queryset.filter(Q(form=""))
        return queryset


@admin.register(ElectronicInvoice)
class ElectronicInvoiceAdmin(ReadOnly):
    """A faulty one is mended by filing the paper anew, as a new version, or by recalling it."""

    list_display = ["paper", "company", "form", "what_is_wrong", "read_at"]
    list_select_related = ["document__company"]
    list_filter = [VerdictFilter]
    search_fields = ["document__number", "document__title"]
    ordering = ["-read_at", "-pk"]
    fields = ["paper_link", "company", "form", "level", "what_is_wrong", "details", "number", "issued_on", "due_on"]
    fields += ["net", "tax", "gross", "due", "read_at"]
    readonly_fields = fields

    @admin.display(description=_("document"))
    def paper(self, row):
        return f"{row.document.number} {row.document.title}"

    @admin.display(description=_("document"))
    def paper_link(self, row):
        url = reverse("admin:contracts_document_change", args=[row.document_id])
        return format_html('<a href="{}">{}</a>', url, self.paper(row))

    @admin.display(description=_("company"))
    def company(self, row):
        return row.document.company

    @admin.display(description=_("what is wrong"))
    def what_is_wrong(self, row):
        return " ".join(map(str, row.sentences)) or "–"
