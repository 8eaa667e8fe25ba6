from django.contrib import admin

from portal.lib.admin import Kept, QuickList

from .models import Contact, Enquiry, Feature


@admin.register(Feature)
class FeatureAdmin(QuickList):
    list_display = ["title_de", "title_en", "position"]
    list_editable = ["position"]


@admin.register(Contact)
class ContactAdmin(QuickList):
    list_display = ["name_de", "phone", "email", "position"]
    list_editable = ["position"]


@admin.register(Enquiry)
class EnquiryAdmin(Kept):
    list_display = ["sent_at", "company", "user", "about", "answered_at"]
    list_select_related = ["company", "user"]
    readonly_fields = ["company", "user", "about", "message", "sent_at"]
    search_fields = ["company__number", "company__name", "about", "message"]

    def has_add_permission(self, request):
        return False
