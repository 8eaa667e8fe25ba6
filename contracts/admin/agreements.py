"""General terms, the AVV and who else processes the data."""

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.previewing import Previewed
from portal.lib.admin import Kept, ReadOnly, WithFile
from portal.lib.days import today
from portal.lib.deciding import Decided
from portal.lib.refusals import told

from ..comparing import comparison, group_by_kind
from ..models import Acceptance, Objection, SubProcessor, SubProcessorChange, Terms
from ..subprocessors import announce, answer


class AvvFilter(admin.SimpleListFilter):
    """Companies by whether they have concluded the AVV in force."""

    title = _("Data processing (AVV)")
    parameter_name = "avv"

    def lookups(self, request, model_admin):
        return [("missing", _("missing")), ("valid", _("concluded"))]

    def queryset(self, request, queryset):
        missing = Exists(Terms.objects.avv_missing_at(OuterRef(OuterRef("pk"))))
        return {"missing": queryset.filter(missing), "valid": queryset.exclude(missing)}.get(self.value(), queryset)


@admin.register(Terms)
class TermsAdmin(Previewed, WithFile):
    preview_template = "contracts/_terms_preview.html"
    list_display = ["title", "kind", "number", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["number", "title"]
    fields = ["kind", "number", "title", "valid_from", "valid_until", "file", *WithFile.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        # A version that somebody may have accepted keeps its file; a new text is a new version.
        return [*super().get_readonly_fields(request, obj), *(["file"] if obj else [])]

    def preview_of(self, terms, company):
        earlier = list(Terms.objects.before(terms)[:50])
        ((kind, versions),) = group_by_kind([terms, *earlier])
        other = earlier[0] if earlier else None
        return {"kind": kind, "versions": versions, "terms": terms, "other": other, **comparison(terms, other)}

    def why_unseen(self, terms, company):
        if terms.valid_from <= today():
            return []
        day = date_format(terms.valid_from, "d.m.Y")
        return [_("Customers see this version from %(day)s.") % {"day": day}]


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    list_display = ["company", "terms", "signer_name", "accepted_at"]
    list_select_related = ["company", "terms"]
    search_fields = ["company__number", "signer_name"]


@admin.register(SubProcessor)
class SubProcessorAdmin(Kept):
    """Dated rows; a new one is announced to the customers before it begins."""

    list_display = ["name", "purpose", "since", "until", "announced"]
    list_select_related = ["change"]
    search_fields = ["name"]
    actions = ["announce"]

    @admin.display(description=_("announced"))
    def announced(self, processor):
        return getattr(processor, "change", None) and processor.change.announced_at

    @admin.action(description=_("Announce to all customers with a valid AVV"), permissions=["change"])
    def announce(self, request, queryset):
        for processor in queryset:
            with told(request):
                change = announce(processor, by=request.user)
                day = change.objection_until.strftime("%d.%m.%Y")
                words = _("%(firm)s is being announced; customers may object until %(day)s.")
                self.message_user(request, words % {"firm": processor, "day": day}, messages.SUCCESS)


@admin.register(SubProcessorChange)
class SubProcessorChangeAdmin(ReadOnly):
    list_display = ["processor", "announced_at", "objection_until", "told", "objected"]
    list_select_related = ["processor"]

    @admin.display(description=_("companies told"))
    def told(self, change):
        return change.notices.count()

    @admin.display(description=_("objections"))
    def objected(self, change):
        return change.objections.count()


@admin.register(Objection)
class ObjectionAdmin(Decided):
    list_display = ["company", "change", "sent_at", "state", "decide_link"]
    list_select_related = ["change__processor", "company"]
    list_filter = ["state"]
    fields = ["change", "company", "name", "text", "sent_at", "state", "reason", "decided_at", "decided_by_name"]

    def facts(self, objection):
        processor = objection.change.processor
        until = objection.change.objection_until.strftime("%d.%m.%Y")
        return [
            (_("company"), "", objection.company, False),
            (_("new sub-processor"), "", f"{processor}, {processor.seat}: {processor.purpose}", False),
            (pgettext("sub-processor", "objection until"), "", until, False),
            (_("reason"), "", objection.text, True),
        ]

    def accept(self, request, objection):
        answer(objection, Objection.State.ACCEPTED, request.POST.get("reason", ""), by=request.user)

    def decline(self, request, objection, reason):
        answer(objection, Objection.State.DECLINED, reason, by=request.user)
