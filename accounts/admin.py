from allauth.account.forms import default_token_generator
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.admin import Kept, QuickList

from .models import Company, User


def search_companies(queryset, text):
    """Companies by number in any spelling, name, e-mail of the company or its people, or licence number."""
    text = text.strip().replace("\0", "")
    if not text:
        return queryset
    found = Q(name__icontains=text) | Q(number__icontains=text) | Q(email__icontains=text)
    found |= Q(memberships__user__email__icontains=text) | Q(memberships__user__last_name__icontains=text)
    found |= Q(licences__number__icontains=text)
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
        (None, {"fields": ["number", "name", "name_extra", "is_blocked", "ended_on", "uses_homecase"]}),
        (_("Address"), {"fields": ["street", "postal_code", "city", "country", "phone", "email"]}),
        (_("Master data"), {"fields": ["vat_id", "customer_since", "created_at"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__user")

    def get_search_results(self, request, queryset, search_term):
        return search_companies(queryset, search_term), False

    @admin.display(description=_("licence holder"))
    def main_holder(self, company):
        return ", ".join(str(row.user) for row in company.memberships.all() if row.is_main_holder)

    @admin.action(description=_("Block the selected companies"), permissions=["change"])
    def block(self, request, queryset):
        self._tell(request, queryset.update(is_blocked=True))

    @admin.action(description=_("Open the selected companies"), permissions=["change"])
    def unblock(self, request, queryset):
        self._tell(request, queryset.update(is_blocked=False))

    def _tell(self, request, count):
        text = ngettext("%(count)d company changed.", "%(count)d companies changed.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)


@admin.register(User)
class PersonAdmin(UserAdmin, QuickList):
    list_display = ["__str__", "email", "username", "is_active", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name", "username", "memberships__company__number"]
    ordering = ["last_name", "first_name"]
    actions = ["send_password_link"]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [(None, {"fields": ["salutation", "first_name", "last_name", "email"]})]
    fieldsets = [
        (None, {"fields": ["salutation", "first_name", "last_name", "email", "phone", "language", "is_active"]}),
        (_("Staff"), {"fields": ["username", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_form = None

    def get_form(self, request, obj=None, **kwargs):
        # Nobody types somebody else's password; a link lets the person set it.
        return admin.ModelAdmin.get_form(self, request, obj, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        # Only a superuser makes staff or other superusers.
        return own if request.user.is_superuser else [*own, "username", "is_staff", "is_superuser", "groups"]

    def has_change_permission(self, request, obj=None):
        above = obj is not None and obj.is_staff and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        link_address(obj)

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def send_password_link(self, request, queryset):
        people = [person for person in queryset if person.email and person.is_active and not person.is_staff]
        for person in people:
            flows.password_reset.request_password_reset(request, person.email, [person], default_token_generator)
        self.message_user(request, _("%(count)d links sent.") % {"count": len(people)}, messages.SUCCESS)


def link_address(person):
    """Keep allauth's row of the address in step with the one staff linked."""
    EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email or "").delete()
    if person.email:
        EmailAddress.objects.update_or_create(
            user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
        )
