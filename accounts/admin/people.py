from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.admin import QuickList
from portal.lib.by_verbs import ByVerbs, ShownForm

from .. import staff
from ..addresses import set_by_staff
from ..mails import mail_password_link
from ..models import User


class PersonForm(ShownForm):
    def clean_is_staff(self):
        """Nobody is on both sides of the counter (decision 0051)."""
        wanted = self.cleaned_data["is_staff"]
        if wanted and self.instance.pk and not self.initial.get("is_staff"):
            numbers = list(self.instance.memberships.values_list("company__number", flat=True)[:5])
            if numbers:
                text = _("This person belongs to customers (%s). End these accesses first, or make a second account.")
                raise forms.ValidationError(text % ", ".join(numbers))
        return wanted


@admin.register(User)
class PersonAdmin(ByVerbs, UserAdmin, QuickList):
    list_display = ["__str__", "email", "username", "standing", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name", "username", "memberships__company__number"]
    ordering = ["last_name", "first_name"]
    form = PersonForm
    actions = ["send_password_link", "lift_tries", "remove_factors", "log_out"]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [(None, {"fields": ["salutation", "first_name", "last_name", "email"]})]
    fieldsets = [
        (None, {"fields": ["salutation", "first_name", "last_name", "email", "phone", "language", "is_active"]}),
        (_("Staff"), {"fields": ["username", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
        (None, {"fields": ["shown"]}),
    ]
    add_form = None
    filter_horizontal = []

    @admin.display(description=_("state"), ordering="is_staff")
    def standing(self, person):
        if not person.is_active:
            return _("closed")
        return _("Staff") if person.is_staff else _("open")

    def get_urls(self):
        """Without the page on which Django lets staff set somebody's password."""
        return super(UserAdmin, self).get_urls()

    def get_form(self, request, obj=None, **kwargs):
        # Nobody types somebody else's password; a link lets the person set it.
        form = admin.ModelAdmin.get_form(self, request, obj, **kwargs)
        return self.refusing(request, form)

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return own
        # Only a superuser makes superusers; who may make staff gives them no more than they hold.
        closed = [] if obj is not None and staff.may_make_staff(request.user, obj) else ["is_staff", "groups"]
        return [*own, "username", "is_superuser", *closed]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["queryset"] = staff.grantable_roles(request.user)
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        above = obj is not None and obj.is_staff and not staff.may_make_staff(request.user, obj)
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if change:
            # Groups are rows of their own, which save_related writes.
            staff.correct(obj, {name: pair for name, pair in form.changes().items() if name != "groups"})
            return
        obj.set_unusable_password()
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            set_by_staff(obj, None)

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def send_password_link(self, request, queryset):
        people = [person for person in queryset if person.email and person.is_active and not person.is_staff]
        for person in people:
            mail_password_link(person)
            self.log_change(request, person, _("A link to set a password was sent."))
        sent = ngettext("%(count)d link sent.", "%(count)d links sent.", len(people))
        self.message_user(request, sent % {"count": len(people)}, messages.SUCCESS)

    @admin.action(description=_("End the wait after wrong passwords"), permissions=["change"])
    def lift_tries(self, request, queryset):
        self._each(request, queryset, staff.lift_tries, _("The wait after wrong passwords was ended."))

    @admin.action(description=_("Remove the second factors (checked by phone)"), permissions=["change"])
    def remove_factors(self, request, queryset):
        self._each(request, queryset, staff.remove_factors, _("The second factors were removed."))

    @admin.action(description=_("Log the selected people out everywhere"), permissions=["change"])
    def log_out(self, request, queryset):
        self._each(request, queryset, staff.log_out, _("All sessions were ended."))

    def _each(self, request, queryset, act, done):
        """Do it to each person, mailed and in the history; nobody above oneself is touched."""
        people = [person for person in queryset if self.has_change_permission(request, person)]
        for person in people:
            with transaction.atomic():
                act(person)
                self.log_change(request, person, done)
        text = ngettext("Done for %(count)d person.", "Done for %(count)d people.", len(people))
        self.message_user(request, text % {"count": len(people)}, messages.SUCCESS)
