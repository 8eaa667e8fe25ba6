"""Requests for a permission that nobody at the company has answered in time: the vendor says yes or no."""

from django import forms
from django.contrib import admin, messages
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today
from portal.lib.deciding import Decided, Outcome, ReasonForm
from portal.lib.refusals import told

from .acting import Actor
from .asking import answer
from .models import AccessRequest
from .rights import ADVISED


class AccessAnswerForm(ReasonForm):
    """The last day of a yes, or the message beside a no."""

    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty means without end. The last day counts in full."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day and day < today():
            raise forms.ValidationError(_("This day is over already."))
        return day


@admin.register(AccessRequest)
class AccessRequestAdmin(Decided):
    """The company answers first; only what it has left lying is the vendor's to decide."""

    list_display = ["__str__", "company", "created_at", "outcome", "decide_link"]
    list_select_related = ["membership__user", "membership__company"]
    list_filter = [("escalated_at", admin.EmptyFieldListFilter), ("answered_at", admin.EmptyFieldListFilter)]
    actions = ["grant", "refuse"]
    fields = [
        "membership", "company", "right", "created_at", "escalated_at", "answered_at", "answered_by", "is_granted",
        "word",
    ]  # fmt: skip
    columns = ()
    words = (_("Grant"), _("Decline"))
    form_class = AccessAnswerForm

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("membership__user", "membership__company", "answered_by")

    def has_decide_permission(self, request):
        return request.user.has_perm("access.change_accessrequest")

    @admin.display(description=_("company"))
    def company(self, asked):
        return asked.membership.company

    @admin.display(description=_("state"), ordering="answered_at")
    def outcome(self, asked):
        if asked.answered_at:
            return _("granted") if asked.is_granted else _("declined")
        return _("passed on to us") if asked.escalated_at else _("open")

    def is_open(self, asked):
        return asked.answered_at is None

    def outcome_of(self, asked):
        return Outcome(self.outcome(asked), str(asked.answered_by or ""), asked.answered_at, asked.word)

    def why_not_yet(self, request, asked):
        if not asked.escalated_at:
            return _("The company itself still has time to answer.")
        if asked.right not in _actor(request, asked).grantable(asked.membership):
            return _("This person is a licence holder meanwhile, and has every permission.")
        return ""

    def facts(self, asked):
        membership = asked.membership
        passed_on = asked.escalated_at and date_format(localtime(asked.escalated_at), "d.m.Y")
        ends = membership.ends_on and date_format(membership.ends_on, "d.m.Y")
        advice = _("We advise to give it to licence holders and one deputy only.") if asked.right in ADVISED else ""
        facts = [
            (_("company"), f"{membership.company.number} {membership.company.name}"), (_("Person"), membership.name),
            (_("E-mail address"), membership.user.email), (_("Function"), membership.function),
            (_("Access until"), ends), (_("Permission"), asked.get_right_display()), (_("Advice"), advice),
            (_("asked"), date_format(localtime(asked.created_at), "d.m.Y")), (_("passed to the vendor"), passed_on),
        ]  # fmt: skip
        return [(label, "", value, False) for label, value in facts if value]

    def accept(self, request, asked, until=None):
        answer(_actor(request, asked), asked, granted=True, until=until)

    def decline(self, request, asked, reason):
        answer(_actor(request, asked), asked, granted=False, word=reason)

    @admin.action(description=_("Grant the selected requests"), permissions=["decide"])
    def grant(self, request, queryset):
        self._answer(request, queryset, granted=True)

    @admin.action(description=_("Decline the selected requests"), permissions=["decide"])
    def refuse(self, request, queryset):
        self._answer(request, queryset, granted=False)

    def _answer(self, request, queryset, *, granted):
        for asked in queryset:
            with told(request, of=asked):
                answer(_actor(request, asked), asked, granted=granted)
                self.message_user(request, f"{asked}: {_('answered')}", messages.SUCCESS)


def _actor(request, asked):
    return Actor.staff(request.user, asked.membership.company_id)
