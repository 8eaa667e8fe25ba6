from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import LookOnly, QuickList, ReadOnly

from .models import AccessRequest, Invitation, Membership
from .rights import Right
from .services import AccessRefused, delete_membership, last_holder_sentence
from .store import set_rights


class MembershipForm(forms.ModelForm):
    switches = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Membership
        fields = [
            "company", "user", "is_holder", "is_main_holder", "function", "phone", "ends_on", "order_limit",
            "accepted_at", "suspended_at",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "switches" in self.fields:
            self.fields["switches"].initial = list(self.instance.granted)

    def clean(self):
        data = super().clean()
        stored = Membership.objects.filter(pk=self.instance.pk, is_holder=True).first()
        if stored and not data.get("is_holder"):
            others = stored.company.memberships.holders().exclude(pk=stored.pk)
            if not others.exists():
                raise ValidationError(last_holder_sentence())
        if data.get("is_main_holder") and not data.get("is_holder"):
            raise ValidationError(_("The main licence holder has to be a licence holder."))
        if self.instance.pk and self.initial.get("is_main_holder") and not data.get("is_main_holder"):
            raise ValidationError(_("Name another main licence holder on that person's page; this one follows."))
        return data


@admin.register(Membership)
class MembershipAdmin(QuickList):
    form = MembershipForm
    list_display = ["user", "company", "is_holder", "is_main_holder", "state_word", "ends_on"]
    list_select_related = ["user", "company"]
    list_filter = ["is_holder"]
    search_fields = ["user__email", "user__last_name", "company__number", "company__name"]
    autocomplete_fields = ["company", "user"]
    readonly_fields = ["created_at"]
    fields = [
        ("company", "user"), ("is_holder", "is_main_holder"), "switches", ("function", "phone"),
        ("ends_on", "order_limit"), ("accepted_at", "suspended_at"), "created_at",
    ]  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        # Who it is about does not change; that would carry switches from one person to another.
        return [*super().get_readonly_fields(request, obj), *(["company", "user"] if obj else [])]

    @admin.display(description=_("state"))
    def state_word(self, membership):
        return membership.state

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        obj.version += 1
        if obj.is_main_holder:
            # There is one; whoever had the role before stays a licence holder.
            obj.company.memberships.exclude(pk=obj.pk).filter(is_main_holder=True).update(is_main_holder=False)
        super().save_model(request, obj, form, change)
        set_rights(obj, set(form.cleaned_data.get("switches", [])))

    def delete_model(self, request, obj):
        self._delete(request, [obj])

    def delete_queryset(self, request, queryset):
        self._delete(request, queryset.select_related("user"))

    def _delete(self, request, memberships):
        for membership in memberships:
            try:
                delete_membership(membership)
            except AccessRefused as refusal:
                self.message_user(request, f"{membership}: {refusal}", messages.ERROR)


class MembershipInline(LookOnly):
    """The people of a company, to look at; each opens its own page."""

    model = Membership
    fields = ["user", "is_holder", "is_main_holder", "ends_on", "switch_words"]
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request):
        people = super().get_queryset(request).select_related("user")
        return people.prefetch_related("rights__permission")

    @admin.display(description=_("permissions"))
    def switch_words(self, membership):
        if membership.is_holder:
            return _("everything")
        return ", ".join(str(right.label) for right in Right if right in membership.granted) or "–"


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["membership", "sent_at", "expires_at", "used_at"]
    list_select_related = ["membership__user", "invited_by"]
    exclude = ["token_hash"]


@admin.register(AccessRequest)
class AccessRequestAdmin(ReadOnly):
    list_display = ["membership", "right", "created_at", "answered_at", "is_granted"]
    list_select_related = ["membership__user"]
