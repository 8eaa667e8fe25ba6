from dataclasses import replace

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Prefetch
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.acting import Actor
from access.inviting import invite_holder
from access.models import Membership
from portal.lib.admin import Kept, Rows, tell_of_more
from portal.lib.by_verbs import ByVerbs, RefusedForm, ShownForm
from portal.lib.days import today
from portal.lib.large import find, of_keys
from portal.lib.searching import words_of
from portal.lib.text import clean_query

from ..company import correct, doubts_about, set_blocked
from ..models import Company, User


def find_companies(queryset, text):
    """Companies by number in any spelling, name, e-mail of the company or its people, or licence number."""
    people = ("memberships__user__email", "memberships__user__first_name", "memberships__user__last_name")
    found = find(queryset, text, "number", "name", "email", *people, "licences__number")
    meant = Company.objects.by_login_name(text, settings.BRAND["login_prefix"])
    return replace(found, keys=(*found.keys, meant.pk)) if meant else found


class CompanyForm(ShownForm):
    """A company as staff correct it."""


class NewCompanyForm(RefusedForm):
    """A company and, in the same step, its licence holder, who gets the link to the portal by mail."""

    salutation = forms.ChoiceField(label=_("Salutation"), required=False, choices=User.Salutation.choices)
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    holder_email = forms.EmailField(
        label=_("E-mail address"), max_length=254, required=False, help_text=_("The invitation goes there.")
    )
    HOLDER = ("salutation", "first_name", "last_name")

    def clean(self):
        data = super().clean()
        if not data.get("last_name") and (data.get("first_name") or data.get("holder_email")):
            self.add_error("last_name", _("Please name the licence holder."))
        return data

    def holder(self):
        """Who is to be licence holder, for access.inviting, or None."""
        data = self.cleaned_data
        if not data["last_name"]:
            return None
        return {name: data[name] for name in self.HOLDER} | {"email": data["holder_email"]}


class CompanyList(Rows):
    """A customer opens as a page to read; the form is a button on it."""

    page = "admin:customer"


@admin.register(Company)
class CompanyAdmin(ByVerbs, Kept):
    form, add_form = CompanyForm, NewCompanyForm
    list_display = ["name", "number", "city", "main_holder", "standing"]
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
        (None, {"fields": ["shown"]}),
    ]
    holder_fieldset = (_("Licence holder"), {"fields": ["salutation", "first_name", "last_name", "holder_email"]})

    def get_form(self, request, obj=None, **kwargs):
        return super().get_form(request, obj, **kwargs, form=self.form if obj else self.add_form)

    def get_fieldsets(self, request, obj=None):
        if obj:
            return self.fieldsets
        name, *others, _shown = self.fieldsets
        return [name, self.holder_fieldset, *others]

    @admin.display(description=_("state"), ordering="is_blocked")
    def standing(self, company):
        if company.is_blocked:
            return _("blocked")
        return _("contract ended") if company.ended_on and company.ended_on < today() else _("customer")

    def get_queryset(self, request):
        mains = Membership.objects.filter(is_main_holder=True).select_related("user")
        return super().get_queryset(request).prefetch_related(Prefetch("memberships", mains, to_attr="mains"))

    def get_changelist(self, request, **kwargs):
        return CompanyList

    def response_post_save_change(self, request, obj):
        """Back to the customer's page, from where the form was opened."""
        return redirect("admin:customer", obj.pk)

    def get_search_results(self, request, queryset, search_term):
        if not words_of(search_term):
            return queryset, False
        found = find_companies(queryset, clean_query(search_term))
        if found.is_more:
            tell_of_more(request)
        return of_keys(queryset, found.keys), False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        for doubt in doubts_about(obj) if obj and request.method == "GET" else ():
            messages.warning(request, doubt)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("licence holder"))
    def main_holder(self, company):
        return ", ".join(str(row.user) for row in company.mains)

    def save_model(self, request, obj, form, change):
        for doubt in doubts_about(obj):
            messages.warning(request, doubt)
        if change:
            correct(Actor.staff(request.user, obj.pk), form.changes())
            return
        super().save_model(request, obj, form, change)
        if holder := form.holder():
            invite_holder(Actor.staff(request.user, obj.pk), holder)

    @admin.action(description=_("Block the selected companies"), permissions=["change"])
    def block(self, request, queryset):
        self._close(request, queryset, is_blocked=True, done=_("Blocked."))

    @admin.action(description=_("Open the selected companies"), permissions=["change"])
    def unblock(self, request, queryset):
        self._close(request, queryset, is_blocked=False, done=_("Opened again."))

    def _close(self, request, queryset, *, is_blocked, done):
        """One by one, each mailed and in the history; those that are so already are left alone."""
        count = 0
        for company in queryset:
            with transaction.atomic():
                if set_blocked(Actor.staff(request.user, company.pk), is_blocked):
                    self.log_change(request, company, done)
                    count += 1
        self._tell(request, count)

    def _tell(self, request, count):
        text = ngettext("%(count)d company changed.", "%(count)d companies changed.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)
