import re

from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib.days import today

from .rights import ADVISED, Right


class EuroField(forms.DecimalField):
    """An amount as people type it: 1500, 1.500, 1.500,00 or 1,500.00. Three digits after a sign are thousands."""

    def to_python(self, value):
        text = re.sub(r"[\s€]", "", str(value or ""))
        text = re.sub(r"[.,](?=\d{3}(?!\d))", "", text)
        return super().to_python(text.replace(",", "."))


class InvitationForm(forms.Form):
    """Who is let in, with which rights. The rights offered are those the inviter may give."""

    salutation = forms.ChoiceField(label=_("Salutation"), required=False)
    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    function = forms.CharField(
        label=_("Function"), max_length=120, required=False, help_text=_("For example: accounting, IT partner")
    )
    rights = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
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

    advice_read = forms.BooleanField(label=_("Yes, this person shall have these permissions"), required=False)

    def __init__(self, *args, grantable, **kwargs):
        super().__init__(*args, **kwargs)
        # The recommendation asks only those whom it concerns.
        self.needs_advice = bool(self.is_bound and ADVISED & set(self.data.getlist("rights")))
        if not self.needs_advice:
            del self.fields["advice_read"]
        self.fields["salutation"].choices = get_user_model().Salutation.choices
        self.fields["rights"].choices = [(right.value, right.label) for right in Right if right in grantable]

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()

    def clean_first_name(self):
        # One line: names stand in the subjects of mails.
        return " ".join(self.cleaned_data["first_name"].split())

    def clean_last_name(self):
        return " ".join(self.cleaned_data["last_name"].split())

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day and day < today():
            raise ValidationError(_("This day is over already."))
        return day

    def clean_advice_read(self):
        if not self.cleaned_data["advice_read"]:
            raise ValidationError(
                _("Contract documents and account data are for licence holders and one deputy. Please confirm.")
            )
        return True

    def person(self):
        return {name: self.cleaned_data[name] for name in ("salutation", "first_name", "last_name", "email")}

    def membership(self):
        return {name: self.cleaned_data[name] for name in ("function", "ends_on", "order_limit")}


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
