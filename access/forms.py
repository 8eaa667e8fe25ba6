import re

from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib.by_verbs import tell_stored
from portal.lib.days import today
from portal.lib.forms import SearchField

from .holders import COLLEAGUE, DEPUTY, LEAVING
from .rights import ADVISED, Right


class EuroField(forms.DecimalField):
    """An amount as people type it: 1500, 1.500, 1.500,00 or 1,500.00. Three digits after a sign are thousands."""

    def to_python(self, value):
        text = re.sub(r"[\s€]", "", str(value or ""))
        text = re.sub(r"[.,](?=\d{3}(?!\d))", "", text)
        return super().to_python(text.replace(",", "."))


class TermsForm(forms.Form):
    """What is agreed about somebody's access beside the switches."""

    function = forms.CharField(
        label=_("Function"), max_length=120, required=False, help_text=_("For example: accounting, IT partner")
    )
    ends_on = forms.DateField(
        label=_("Access until"),
        required=False,
        help_text=_("Empty means without end. The last day counts in full."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    order_limit = EuroField(
        label=_("Order limit, euro net"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("Orders above it wait for your approval."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    order_limit_month = EuroField(
        label=_("Order limit per calendar month, euro net"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("What goes beyond it in a month waits for approval."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    TERMS = ("function", "ends_on", "order_limit", "order_limit_month")

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day and day < today() and day != self.initial.get("ends_on"):
            raise ValidationError(_("This day is over already."))
        return day

    def terms(self):
        return {name: self.cleaned_data[name] for name in self.TERMS if name in self.cleaned_data}


class MembershipForm(TermsForm):
    """The same for somebody who is there. version: of the membership the page was drawn from."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, membership, **kwargs):
        initial = {name: getattr(membership, name) for name in self.TERMS} | {"version": membership.version}
        super().__init__(*args, initial=initial, **kwargs)
        if membership.is_holder:
            # A licence holder has neither an end nor a limit.
            for name in set(self.TERMS) - {"function"}:
                del self.fields[name]

    def compare_with(self, refusal):
        """Somebody was quicker: what is stored now stands beside each field where it is another; then it counts."""
        (now,) = refusal.memberships
        tell_stored(self, {name: getattr(now, name) for name in self.TERMS})
        self.add_error(None, str(refusal))
        self.data = self.data.copy()
        self.data["version"] = now.version


class InvitationForm(TermsForm):
    """Who is let in, with which rights. The rights offered are those the inviter may give."""

    salutation = forms.ChoiceField(label=_("Salutation"), required=False)
    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    rights = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    advice_read = forms.BooleanField(label=_("Yes, this person shall have these permissions"), required=False)

    field_order = ["salutation", "first_name", "last_name", "email", "function", "rights", "ends_on", "order_limit",
                   "order_limit_month"]  # fmt: skip

    def __init__(self, *args, grantable, **kwargs):
        super().__init__(*args, **kwargs)
        # The recommendation asks only those whom it concerns.
        self.needs_advice = bool(self.is_bound and ADVISED & set(self.data.getlist("rights")))
        if not self.needs_advice:
            del self.fields["advice_read"]
        self.fields["salutation"].choices = get_user_model().Salutation.choices
        self.fields["rights"].choices = [(right.value, right.label) for right in Right if right in grantable]

    def clean_advice_read(self):
        if not self.cleaned_data["advice_read"]:
            raise ValidationError(
                _("Contract documents and account data are for licence holders and one deputy. Please confirm.")
            )
        return True

    def person(self):
        return {name: self.cleaned_data[name] for name in ("salutation", "first_name", "last_name", "email")}


class AnswerForm(forms.Form):
    """The answer to a request: yes, yes until a day, or no."""

    YES, UNTIL, NO = "yes", "until", "no"
    CHOICES = [(YES, _("Yes")), (UNTIL, _("Yes, until a day")), (NO, _("No"))]

    decision = forms.ChoiceField(label=_("Your answer"), choices=CHOICES, widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for “Yes, until a day”. The day counts in full."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    word = forms.CharField(label=_("Your message about it"), max_length=500, required=False)
    advice_read = forms.BooleanField(label=_("Yes, this person shall have this permission"), required=False)

    def __init__(self, *args, right, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_advised = right in ADVISED
        if not self.is_advised:
            del self.fields["advice_read"]

    def clean(self):
        data = super().clean()
        decision, until = data.get("decision"), data.get("until")
        if decision == self.UNTIL and not until and "until" not in self.errors:
            self.add_error("until", _("Please name the last day."))
        if decision == self.UNTIL and until and until < today():
            self.add_error("until", _("This day is over already."))
        if self.is_advised and decision in (self.YES, self.UNTIL) and not data.get("advice_read"):
            self.add_error(
                "advice_read",
                _("Contract documents and account data are for licence holders and one deputy. Please confirm."),
            )
        return data

    def answer(self):
        """Keyword arguments for access.asking.answer."""
        data = self.cleaned_data
        until = data["until"] if data["decision"] == self.UNTIL else None
        return {"granted": data["decision"] != self.NO, "until": until, "word": data["word"]}


class PersonField(forms.ModelChoiceField):
    """One of a company's people, by name and address."""

    def label_from_instance(self, membership):
        return f"{membership.name} ({membership.user.email})" if membership.user.email else membership.name


class HandOverForm(forms.Form):
    """To whom the role goes, and what becomes of who gives it."""

    STAY = [
        (DEPUTY, _("I stay as deputy, with all permissions")),
        (COLLEAGUE, _("I stay as authorised person without permissions")),
        (LEAVING, _("My access to this company ends")),
    ]

    person = PersonField(label=_("Who takes the role over?"), queryset=None)
    stay = forms.ChoiceField(label=_("And you?"), choices=STAY, widget=forms.RadioSelect, initial=DEPUTY)
    sure = forms.BooleanField(label=_("Yes, I hand my role over. I cannot take it back myself."))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class TakeOverForm(forms.Form):
    """Who is to become licence holder, and why."""

    person = PersonField(label=_("Who takes the role over?"), queryset=None)
    reason = forms.CharField(
        label=_("What has happened?"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("For example: has left the company on 31 October. Everybody concerned reads this."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class ObjectionForm(forms.Form):
    word = forms.CharField(label=_("Why do you object?"), max_length=2000, widget=forms.Textarea)


class LogForm(forms.Form):
    """Which lines of the log to show; anything that makes no sense is passed over."""

    q = SearchField(label=_("Person"))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    person = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.fields[name].widget.format = "%Y-%m-%d"

    def wanted(self):
        """Keyword arguments for access.log.events_of."""
        self.full_clean()
        data = self.cleaned_data
        found = {name: data.get(name) for name in ("since", "until", "person")}
        return found | {"words": data.get("q") or ""}

    @property
    def is_used(self):
        return any(self.wanted().values())


class FirstPasswordForm(forms.Form):
    """An invited person's first password. The rules are the portal's; pasting is fine."""

    password = forms.CharField(
        label=_("Your new password"),
        strip=False,
        max_length=128,
        help_text=_("At least 12 characters. A sentence is easier to remember than a riddle."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        password_validation.validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]
