"""The vendor's admin: the portal's brand, allauth's login with its limits, and one page per company with all of it."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.admin.companies import CompanyAdmin
from contracts.admin.agreements import AvvFilter
from portal.erp_runs import admin as erp_admin  # noqa: F401 - registers the ERP's pages
from portal.lib.admin import ReadOnly, Searched
from portal.models import Sweep, Trouble
from portal.staff import mails as mails  # its table
from portal.staff import roll_out as roll_out  # its table
from portal.sweeps import next_run

# The admin's own login knows no limits on wrong tries; the portal's does.
admin.site.login = secure_admin_login(admin.site.login)

# Nor does its page to change one's own password: no limit on tries, no mail, and other sessions go on.
admin.site.password_change = admin.site.admin_view(lambda request: redirect("account_change_password"))

# Written by allauth; addresses are linked, and factors removed, on the person's page, where the person is told.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
admin.site.unregister(Token)

# A queued mail carries one-time links; nobody reads them here.
admin.site.unregister(ProcrastinateJob)

# Its search asks as ours do.
admin.site.unregister(Group)


VERBS = {
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
    "view": pgettext_lazy("permission", "look at"),
}


class PermissionsField(forms.ModelMultipleChoiceField):
    """Permissions as boxes to tick, named by their table and what is done with it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, permission):
        verb = VERBS.get(permission.codename.partition("_")[0], permission.name)
        return f"{capfirst(permission.content_type.name)}: {verb}"


@admin.register(Group)
class RoleAdmin(Searched, GroupAdmin):
    filter_horizontal = []

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name == "permissions":
            return PermissionsField(
                Permission.objects.select_related("content_type"), label=_("Permissions"), required=False
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Trouble)
class TroubleAdmin(ReadOnly):
    """What the worker could not do: rows of its periodic work are tried again by themselves, jobs by staff."""

    list_display = ["work", "row", "reason", "tries", "since"]
    search_fields = ["work", "row", "reason"]
    actions = ["try_again", "forget"]

    def has_settle_permission(self, request):
        return request.user.has_perm("portal.change_trouble")

    @admin.action(description=_("Try the selected jobs again"), permissions=["settle"])
    def try_again(self, request, queryset):
        done = sum(row.try_again() for row in queryset)
        messages.success(request, ngettext("%d job is tried again.", "%d jobs are tried again.", done) % done)

    @admin.action(description=_("Take the selected lines off the list"), permissions=["settle"])
    def forget(self, request, queryset):
        queryset.delete()


@admin.register(Sweep)
class SweepAdmin(ReadOnly):
    """What ended by itself: in which tables, how many rows, when, and when again."""

    list_display = ["what", "at", "removed", "next_at", "error"]

    @admin.display(description=_("rows of"))
    def what(self, sweep):
        return capfirst(apps.get_model(sweep.table)._meta.verbose_name_plural)

    @admin.display(description=_("next run"))
    def next_at(self, sweep):
        return next_run(sweep.job)


CompanyAdmin.list_filter = [*CompanyAdmin.list_filter, AvvFilter]
