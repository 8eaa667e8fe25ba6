from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import LookOnly, QuickList, ReadOnly
from portal.lib.refusals import told

from . import mails
from .asking import answer_as_vendor
from .ending import close, delete_membership
from .log import act_as, what, who
from .models import AccessEvent, AccessRequest, AccessReview, Invitation, Membership, ReviewedPerson, TakeOver
from .rights import Right
from .store import set_rights
from .switches import Change, last_holder_sentence
from .takeovers import decline, release, start_takeover_as_vendor


@dataclass(frozen=True)
class ByStaff:
    """Somebody of the vendor's in the place where mails name the membership that acted."""

    user: object
    pk: None = None


class MembershipForm(forms.ModelForm):
    switches = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Membership
        fields = [
            "company", "user", "is_holder", "is_main_holder", "function", "phone", "ends_on", "order_limit",
            "order_limit_month", "accepted_at", "suspended_at",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "switches" in self.fields:
            self.fields["switches"].initial = list(self.instance.granted)

    def clean_user(self):
        """Staff look at customers from outside; nobody is on both sides of the counter (decision 0111)."""
        person = self.cleaned_data["user"]
        if person.is_staff:
            raise ValidationError(_("This is one of the vendor's staff, who cannot become a customer's person."))
        return person

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
            raise ValidationError(_("Pass the role on from the other person's page; it ends here by itself then."))
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
        ("ends_on", "order_limit", "order_limit_month"), ("accepted_at", "suspended_at"), "created_at",
    ]  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        # Who it is about does not change; that would carry switches from one person to another.
        return [*super().get_readonly_fields(request, obj), *(["company", "user"] if obj else [])]

    @admin.display(description=_("state"))
    def state_word(self, membership):
        return membership.state

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        act_as(request.user, AccessEvent.Actor.STAFF)
        obj.version += 1
        if obj.is_main_holder:
            # There is one; whoever had the role before stays a licence holder.
            obj.company.memberships.exclude(pk=obj.pk).filter(is_main_holder=True).update(is_main_holder=False)
        super().save_model(request, obj, form, change)
        added, removed = set_rights(obj, set(form.cleaned_data.get("switches", [])))
        if added or removed:
            mails.mail_switched(Change(obj, frozenset(added), frozenset(removed)), ByStaff(request.user))

    def delete_model(self, request, obj):
        self._delete(request, [obj])

    def delete_queryset(self, request, queryset):
        self._delete(request, queryset.select_related("user"))

    def _delete(self, request, memberships):
        for membership in memberships:
            with told(request, of=membership), transaction.atomic():
                act_as(request.user, AccessEvent.Actor.STAFF)
                close(membership, by=request.user)
                delete_membership(membership, by=request.user)
                mails.mail_removed(membership, ByStaff(request.user))


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


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnly):
    list_display = ["at", "company", "who", "person_name", "what"]
    list_select_related = ["company"]
    search_fields = ["company__number", "person_name", "actor_name"]
    list_filter = ["actor_kind"]
    fields = readonly_fields = ["at", "company", "who", "actor_kind", "person_name", "what"]

    @admin.display(description=_("changed by"))
    def who(self, event):
        return event.actor_name or who(event)

    @admin.display(description=_("event"))
    def what(self, event):
        return what(event)


class AccessEventInline(LookOnly):
    """The newest lines of a company's access log."""

    model = AccessEvent
    fields = readonly_fields = ["at", "who", "person_name", "what"]
    verbose_name_plural = _("access log, newest lines")
    SHOWN = 20

    def get_queryset(self, request):
        company = request.resolver_match.kwargs.get("object_id")
        newest = AccessEvent.objects.filter(company__pk=company) if company else AccessEvent.objects.none()
        return super().get_queryset(request).filter(pk__in=list(newest.values_list("pk", flat=True)[: self.SHOWN]))

    who = AccessEventAdmin.who
    what = AccessEventAdmin.what


@admin.register(AccessRequest)
class AccessRequestAdmin(QuickList):
    list_display = ["membership", "company", "right", "created_at", "escalated_at", "answered_at", "is_granted"]
    list_select_related = ["membership__user", "membership__company"]
    list_filter = [("escalated_at", admin.EmptyFieldListFilter), ("answered_at", admin.EmptyFieldListFilter)]
    actions = ["grant", "decline"]
    readonly_fields = [
        "membership", "company", "right", "created_at", "escalated_at", "answered_at", "answered_by", "is_granted",
        "word",
    ]  # fmt: skip
    fields = readonly_fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("company"))
    def company(self, asked):
        return asked.membership.company

    @admin.action(description=_("Grant the selected requests"), permissions=["change"])
    def grant(self, request, queryset):
        self._answer(request, queryset, granted=True)

    @admin.action(description=_("Decline the selected requests"), permissions=["change"])
    def decline(self, request, queryset):
        self._answer(request, queryset, granted=False)

    def _answer(self, request, queryset, *, granted):
        for asked in queryset:
            with told(request, of=asked):
                answer_as_vendor(request.user, asked, granted=granted)
                self.message_user(request, f"{asked}: {_('answered')}", messages.SUCCESS)


class ReviewedPersonInline(LookOnly):
    model = ReviewedPerson
    fields = readonly_fields = ["name", "email", "verdict", "decided_at", "decided_by_name", "last_login"]


@admin.register(AccessReview)
class AccessReviewAdmin(ReadOnly):
    list_display = ["company", "opened_at", "closed_at", "closed_by_name"]
    list_select_related = ["company"]
    search_fields = ["company__number", "company__name"]
    inlines = [ReviewedPersonInline]


class TakeOverForm(forms.ModelForm):
    class Meta:
        model = TakeOver
        fields = ["membership", "reason"]

    def clean(self):
        data = super().clean()
        if not self.instance.started_by_id and not data.get("membership"):
            raise ValidationError(_("Choose who is to become licence holder."))
        return data


@admin.register(TakeOver)
class TakeOverAdmin(QuickList):
    """Begun here for a company without a deputy; released or declined by the actions of the list."""

    form = TakeOverForm
    list_display = ["company", "name", "state", "started_by_name", "started_at", "objection_until", "may_be_released"]
    list_select_related = ["company"]
    list_filter = ["state"]
    search_fields = ["company__number", "company__name", "name"]
    actions = ["release", "decline"]
    autocomplete_fields = ["membership"]
    ALL = [
        "company", "name", "state", "reason", "started_by_name", "started_at", "objection_until", "answered_at",
        "answered_by_name", "word",
    ]  # fmt: skip

    def get_fields(self, request, obj=None):
        return self.ALL if obj else ["membership", "reason"]

    def get_readonly_fields(self, request, obj=None):
        return self.ALL if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("may be released"), boolean=True)
    def may_be_released(self, takeover):
        return takeover.may_be_released

    def save_model(self, request, obj, form, change):
        if change:
            return
        with told(request):
            started = start_takeover_as_vendor(request.user, obj.membership, obj.reason)
            obj.pk, obj.company = started.pk, started.company

    def response_add(self, request, obj, post_url_continue=None):
        # Nothing was added where it was refused.
        if not TakeOver.objects.filter(pk=obj.pk).exists():
            return redirect("admin:access_takeover_changelist")
        return super().response_add(request, obj, post_url_continue)

    def log_addition(self, request, obj, message):
        return super().log_addition(request, obj, message) if obj.company_id else None

    @admin.action(description=_("Release the selected take-overs"), permissions=["change"])
    def release(self, request, queryset):
        self._each(request, queryset, lambda takeover: release(request.user, takeover))

    @admin.action(description=_("Decline the selected take-overs"), permissions=["change"])
    def decline(self, request, queryset):
        word = _("Declined after a check with the company.")
        self._each(request, queryset, lambda takeover: decline(request.user, takeover, str(word)))

    def _each(self, request, queryset, act):
        for takeover in queryset:
            with told(request, of=takeover):
                act(takeover)
                self.message_user(request, str(takeover), messages.SUCCESS)
