from allauth.account import forms as allauth_forms
from allauth.account.internal import flows
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import Company, User
from .people import find_person, normal_name


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login = self.fields["login"] = forms.CharField(
            label=_("User name or e-mail address"),
            max_length=320,
            help_text=_("%(prefix)s_ and your customer number, or your e-mail address")
            % {"prefix": settings.BRAND["login_prefix"]},
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        login.widget.attrs["autofocus"] = True
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Stay logged in on this device")
        self.order_fields(["login", "password", "remember"])


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Takes what the login takes. The answer is the same whether or not somebody is behind it."""

    email = forms.CharField(
        label=_("User name or e-mail address"),
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_email(self):
        """The entry in one spelling, which the limit on requests counts; who is behind it goes into self.users."""
        prefix = settings.BRAND["login_prefix"]
        person = find_person(self.cleaned_data["email"], prefix)
        self.users = [person] if person and person.is_active and person.email else []
        return normal_name(self.cleaned_data["email"], prefix)

    def save(self, request, **kwargs):
        """Mails the link to the linked address; sends nothing where there is none."""
        for person in self.users:
            person.resets += 1
            person.save(update_fields=["resets"])
            flows.password_reset.request_password_reset(
                request, person.email, [person], allauth_forms.default_token_generator
            )
        return self.cleaned_data["email"]


def _filled_in(**tokens):
    """Widgets' autocomplete attributes: field -> token of the HTML standard (WCAG 1.3.5)."""
    return {name: forms.TextInput(attrs={"autocomplete": token}) for name, token in tokens.items()}


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["salutation", "first_name", "last_name", "phone", "language"]
        widgets = _filled_in(first_name="given-name", last_name="family-name", phone="tel")
        help_texts = {"phone": _("Your own number, not the one at a company.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True


class CompanyForm(forms.ModelForm):
    """What a customer may change about the company. Name and seat are the vendor's."""

    class Meta:
        model = Company
        fields = ["street", "postal_code", "city", "country", "phone", "email"]
        widgets = _filled_in(street="street-address", postal_code="postal-code", city="address-level2", phone="tel") | {
            "email": forms.EmailInput(attrs={"autocomplete": "email"})
        }
        labels = {"email": _("Mailbox for invoices and order confirmations")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("street", "postal_code", "city"):
            self.fields[name].required = True
        self.fields["country"].widget.attrs["autocomplete"] = "country"
