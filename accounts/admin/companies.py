from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.admin import Kept
from portal.lib.searching import every_word
from portal.lib.text import clean_query

from ..company import doubts_about
from ..models import Company
from ..staff import company_closed


def search_companies(queryset, text):
    """Companies by number in any spelling, name, e-mail of the company or its people, or licence number."""
    text = clean_query(text)
    if not text:
        return queryset
    people = ("memberships__user__email", "memberships__user__first_name", "memberships__user__last_name")
    found = every_word(text, "name", "number", "email", *people, "licences__number")
    if meant := Company.objects.by_login_name(text, settings.BRAND["login_prefix"]):
        found |= Q(pk=meant.pk)
    return queryset.filter(pk__in=Company.objects.filter(found).values("pk"))


@admin.register(Company)
class CompanyAdmin(Kept):
    list_display = ["number", "name", "city", "main_holder", "is_blocked", "ended_on"]
    list_display_links = ["number", "name"]
    list_filter = ["is_blocked", "uses_homecase"]
    search_fields = ["number"]
    search_help_text = _("Customer number, name, e-mail, person or licence number")
    actions = ["block", "unblock"]
    readonly_fields = ["created_at"]
    fieldsets = [
        (None, {"fields": ["number", "name", "name_extra", "legal_form", "seat"]}),
        (_("State"), {"fields": ["is_blocked", "ended_on", "uses_homecase"]}),
        (_("Address"), {"fields": ["street", "postal_code", "city", "country", "phone"]}),
        (_("Mail"), {"fields": ["email", "invoice_email", "confirmations"]}),
        (_("Master data"), {"fields": ["vat_id", "customer_since", "created_at"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__user")

    def get_search_results(self, request, queryset, search_term):
        return search_companies(queryset, search_term), False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        for doubt in doubts_about(obj) if obj and request.method == "GET" else ():
            messages.warning(request, doubt)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("licence holder"))
    def main_holder(self, company):
        return ", ".join(str(row.user) for row in company.memberships.all() if row.is_main_holder)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        for doubt in doubts_about(obj):
            messages.warning(request, doubt)
        if change and "is_blocked" in form.changed_data:
            company_closed(obj, is_blocked=obj.is_blocked)

    @admin.action(description=_("Block the selected companies"), permissions=["change"])
    def block(self, request, queryset):
        self._close(request, queryset, is_blocked=True, done=_("Blocked."))

    @admin.action(description=_("Open the selected companies"), permissions=["change"])
    def unblock(self, request, queryset):
        self._close(request, queryset, is_blocked=False, done=_("Opened again."))

    def _close(self, request, queryset, *, is_blocked, done):
        """One by one, each mailed and in the history; those that are so already are left alone."""
        companies = list(queryset.exclude(is_blocked=is_blocked))
        for company in companies:
            with transaction.atomic():
                Company.objects.filter(pk=company.pk).update(is_blocked=is_blocked)
                company_closed(company, is_blocked=is_blocked)
                self.log_change(request, company, done)
        self._tell(request, len(companies))

    def _tell(self, request, count):
        text = ngettext("%(count)d company changed.", "%(count)d companies changed.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)
