from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import LookOnly, QuickList, ReadOnly
from portal.lib.by_verbs import ByVerbs, RefusedForm
from portal.lib.refusals import told

from .acting import Actor, SavedMeanwhile
from .admin_requests import AccessRequestAdmin
from .ending import remove
from .forms import TermsForm
from .inviting import invite, invite_holder
from .log import what, who
from .models import AccessEvent, AccessReview, Invitation, Membership, ReviewedPerson, TakeOver
from .revising import TERMS, Wanted, as_stored, revise
from .rights import Right
from .takeovers import decline, release, start_takeover

__all__ = ["AccessRequestAdmin"]
STATES = {
    "invited": _("invited"), "suspended": _("suspended"), "expired": _("expired"), "active": _("active"),
}  # fmt: skip


class MembershipPageForm(RefusedForm):
    """All of a membership at once. page_version: of the row the page was drawn from."""

    page_version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    switches = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )
    is_suspended = forms.BooleanField(label=_("suspended"), required=False)
    order_limit, order_limit_month = TermsForm.base_fields["order_limit"], TermsForm.base_fields["order_limit_month"]

    class Meta:
        model = Membership
        fields = ["is_holder", "is_main_holder", "function", "phone", "ends_on", "order_limit", "order_limit_month"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {name: value for name, value in as_stored(self.instance).items() if name in self.fields}
        self.initial["page_version"] = self.instance.version

    def _post_clean(self):
        """The row is the verbs' to change and check."""

    def clean(self):
        data = super().clean()
        if data.get("is_main_holder") and not data.get("is_holder"):
            raise ValidationError(_("The main licence holder has to be a licence holder."))
        if data.get("is_holder") and self.initial.get("is_main_holder") and not data.get("is_main_holder"):
            raise ValidationError(_("Pass the role on from the other person's page; it ends here by itself then."))
        return data

    def wanted(self):
        data = self.cleaned_data
        own = {name: data[name] for name in ("is_holder", "is_main_holder", "is_suspended")}
        terms = {name: data[name] for name in TERMS}
        return Wanted(data["page_version"], **own, switches=frozenset(data["switches"]), terms=terms)

    def refuse(self, refusal):
        if isinstance(refusal, SavedMeanwhile):
            (now,) = refusal.memberships
            self.cleaned_data["switches"] = frozenset(self.cleaned_data["switches"])
            self.tell_stored(as_stored(now))
            self.data = self.data.copy()
            self.data["page_version"] = now.version
        super().refuse(refusal)


class NewMembershipForm(RefusedForm):
    """Whom the vendor lets in: somebody known, or by name and address. The link goes out by mail."""

    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    switches = MembershipPageForm.base_fields["switches"]
    order_limit, order_limit_month = TermsForm.base_fields["order_limit"], TermsForm.base_fields["order_limit_month"]

    class Meta:
        model = Membership
        fields = ["company", "user", "is_holder", "function", "ends_on", "order_limit", "order_limit_month"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].required = False
        self.fields["user"].help_text = _("Somebody who has an account; else type name and address.")

    def _post_clean(self):
        """The row is the verbs' to make and check."""

    def clean_user(self):
        """Staff look at customers from outside; nobody is on both sides of the counter (decision 0051)."""
        person = self.cleaned_data["user"]
        if person and person.is_staff:
            raise ValidationError(_("This is one of the vendor's staff, who cannot become a customer's person."))
        return person

    def clean(self):
        data = super().clean()
        typed = data.get("last_name") and data.get("email")
        if not self.errors and not data.get("user") and not typed:
            raise ValidationError(_("Choose a person, or type last name and e-mail address."))
        return data

    def person(self):
        """The one chosen, or what is typed."""
        if user := self.cleaned_data["user"]:
            return user
        return {name: self.cleaned_data[name] for name in ("first_name", "last_name", "email")} | {"salutation": ""}

    def terms(self):
        return {name: self.cleaned_data[name] for name in TermsForm.TERMS}


@admin.register(Membership)
class MembershipAdmin(ByVerbs, QuickList):
    """Nothing is saved here: the same verbs as on the customers' pages do it."""

    form, add_form = MembershipPageForm, NewMembershipForm
    list_display = ["user", "company", "role", "state_word", "ends_on"]
    list_select_related = ["user", "company"]
    list_filter = ["is_holder"]
    search_fields = ["user__email", "user__last_name", "company__number", "company__name"]
    autocomplete_fields = ["company", "user"]
    # Who it is about does not change; that would carry switches from one person to another.
    readonly_fields = ["company", "user", "created_at", "accepted_at"]
    fields = [
        ("company", "user"), ("is_holder", "is_main_holder"), "switches", ("function", "phone"),
        ("ends_on", "order_limit", "order_limit_month"), "is_suspended", ("created_at", "accepted_at"), "page_version",
    ]  # fmt: skip
    add_fields = [
        ("company", "user"), ("first_name", "last_name", "email"), "is_holder", "switches", "function",
        ("ends_on", "order_limit", "order_limit_month"),
    ]  # fmt: skip

    def get_form(self, request, obj=None, **kwargs):
        return super().get_form(request, obj, **kwargs, form=self.form if obj else self.add_form)

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if obj else []

    @admin.display(description=_("role"), ordering="is_holder")
    def role(self, membership):
        if membership.is_main_holder:
            return _("main licence holder")
        return _("licence holder") if membership.is_holder else _("authorised person")

    @admin.display(description=_("state"))
    def state_word(self, membership):
        return STATES[membership.state]

    def save_model(self, request, obj, form, change):
        by = Actor.staff(request.user, obj.company_id if change else form.cleaned_data["company"].pk)
        if change:
            revise(by, obj, form.wanted())
        elif form.cleaned_data["is_holder"]:
            take(obj, invite_holder(by, form.person()))
        else:
            take(obj, invite(by, form.person(), form.cleaned_data["switches"], **form.terms()))

    def delete_model(self, request, obj):
        self._remove(request, [obj])

    def delete_queryset(self, request, queryset):
        self._remove(request, queryset.select_related("user"))

    def _remove(self, request, memberships):
        for membership in memberships:
            with told(request, of=membership):
                remove(Actor.staff(request.user, membership.company_id), membership)


def take(obj, made):
    """The admin goes on with the row that a verb has made."""
    obj.__dict__.update(made.__dict__)


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
    list_display = ["name", "company", "state", "objection_until", "may_be_released"]
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
            started = start_takeover(Actor.staff(request.user, obj.membership.company_id), obj.membership, obj.reason)
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
        self._each(request, queryset, release)

    @admin.action(description=_("Decline the selected take-overs"), permissions=["change"])
    def decline(self, request, queryset):
        word = _("Declined after a check with the company.")
        self._each(request, queryset, lambda by, takeover: decline(by, takeover, str(word)))

    def _each(self, request, queryset, act):
        for takeover in queryset:
            with told(request, of=takeover):
                act(Actor.staff(request.user, takeover.company_id), takeover)
                self.message_user(request, str(takeover), messages.SUCCESS)
