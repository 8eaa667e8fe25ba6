from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import QuickList

from ..addresses import set_by_staff
from ..mails import mail_password_link
from ..models import User
from ..sessions import end_sessions


@admin.register(User)
class PersonAdmin(UserAdmin, QuickList):
    list_display = ["__str__", "email", "username", "is_active", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name", "username", "memberships__company__number"]
    ordering = ["last_name", "first_name"]
    actions = ["send_password_link", "log_out"]
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
        set_by_staff(obj, form.initial.get("email"))

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def send_password_link(self, request, queryset):
        people = [person for person in queryset if person.email and person.is_active and not person.is_staff]
        for person in people:
            mail_password_link(person)
        self.message_user(request, _("%(count)d links sent.") % {"count": len(people)}, messages.SUCCESS)

    @admin.action(description=_("Log the selected people out everywhere"), permissions=["change"])
    def log_out(self, request, queryset):
        count = sum(end_sessions(person) for person in queryset if self.has_change_permission(request, person))
        self.message_user(request, _("%(count)d sessions ended.") % {"count": count}, messages.SUCCESS)
