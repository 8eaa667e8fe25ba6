from django.contrib import admin

from portal.lib.admin import Kept, QuickList

from .models import AdvisedCompany, Adviser, Contact, Enquiry, Feature, Incident, SupportText


@admin.register(Feature)
class FeatureAdmin(QuickList):
    list_display = ["title_de", "title_en", "position"]
    list_editable = ["position"]


@admin.register(Contact)
class ContactAdmin(QuickList):
    list_display = ["name_de", "phone", "email", "position"]
    list_editable = ["position"]


class AdvisedInline(admin.TabularInline):
    model = AdvisedCompany
    autocomplete_fields = ["company"]
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("company")


@admin.register(Adviser)
class AdviserAdmin(QuickList):
    """Whom some customers know by name, and which ones."""

    list_display = ["name", "phone", "email"]
    inlines = [AdvisedInline]


@admin.register(SupportText)
class SupportTextAdmin(Kept):
    list_display = ["__str__", "lead_de"]

    def has_add_permission(self, request):
        # There is one. The list of tables, which asks this on every page, offers no way to add.
        here = request.resolver_match.view_name if request.resolver_match else ""
        is_one = here.startswith("admin:support_supporttext") and SupportText.objects.exists()
        return super().has_add_permission(request) and not is_one


@admin.register(Incident)
class IncidentAdmin(QuickList):
    """What every page says from now, or from a moment, until another."""

    list_display = ["title_de", "from_at", "until_at"]


@admin.register(Enquiry)
class EnquiryAdmin(Kept):
    list_display = ["sent_at", "company", "user", "about", "answered_at"]
    list_select_related = ["company", "user"]
    readonly_fields = ["company", "user", "about", "message", "sent_at"]
    search_fields = ["company__number", "company__name", "about", "message"]

    def has_add_permission(self, request):
        return False
