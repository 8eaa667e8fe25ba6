from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from access.terms import set_own_phone
from portal.lib.admin import describe_file
from portal.lib.by_country import example_of, is_phone, is_postal_code, postal_code
from portal.lib.days import in_months, today
from portal.lib.uploads import check_pdf

from .models import Company, NameChange, User
from .models.name_change import FIELDS
from .people import normal_name
from .renaming import report
from .tasks import mail_reset_link
from .tries import take_proof


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


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def clean_oldpassword(self):
        """Guessed at here it has the limit of every proof: by session, so that a stranger's does not stop the owner."""
        taken = take_proof(context.request)
        if taken is None:
            raise get_adapter().validation_error("too_many_codes")
        password = super().clean_oldpassword()
        taken.rollback()
        return password


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Takes what the login takes. The answer is the same whether or not somebody is behind it."""

    email = forms.CharField(
        label=_("User name or e-mail address"),
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_email(self):
        """The entry in one spelling, which the limit on requests counts. Nobody is looked up here."""
        self.typed = self.cleaned_data["email"]
        return normal_name(self.typed, settings.BRAND["login_prefix"])

    def save(self, request, **kwargs):
        """Has the worker mail the link to the linked address, if there is one."""
        mail_reset_link.defer(name=self.typed)
        return self.cleaned_data["email"]


def _filled_in(**tokens):
    """Widgets' autocomplete attributes: field -> token of the HTML standard (WCAG 1.3.5)."""
    return {name: forms.TextInput(attrs={"autocomplete": token}) for name, token in tokens.items()}


class PhoneForm(forms.ModelForm):
    """Numbers that were typed now are checked for the company's country; what the ERP says already stays as it is."""

    def check_phone(self, name: str, country: str) -> None:
        number = self.cleaned_data.get(name)
        if number and not is_phone(number, country):
            self.add_error(
                name,
                _("This number cannot be dialled. Numbers abroad begin with + and the country, such as +43 1 53115."),
            )


class PersonForm(PhoneForm):
    """The person's own details, and the phone number at the company at hand, which is another one (edge 20)."""

    phone_here = forms.CharField(
        label=_("Phone at this company"),
        max_length=40,
        required=False,
        help_text=_("Colleagues and the vendor see it."),
    )

    class Meta:
        model = User
        fields = ["salutation", "first_name", "last_name", "phone", "language"]
        widgets = _filled_in(first_name="given-name", last_name="family-name", phone="tel")
        help_texts = {"phone": _("Your own number, not the one at a company.")}

    def __init__(self, *args, membership, **kwargs):
        self.membership = membership
        super().__init__(*args, initial={"phone_here": membership.phone}, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.fields["salutation"].widget.attrs["autocomplete"] = "honorific-prefix"
        self.fields["language"].widget.attrs["autocomplete"] = "language"
        self.fields["phone_here"].widget.attrs["autocomplete"] = "work tel"

    def clean(self):
        data = super().clean()
        for name in {"phone", "phone_here"} & set(self.changed_data):
            self.check_phone(name, self.membership.company.country.code)
        return data

    def save(self):
        person = super().save(commit=False)
        # Nothing but what stands on the page: what staff do to the account meanwhile is not taken back.
        person.save(update_fields=self._meta.fields)
        set_own_phone(self.membership, self.cleaned_data["phone_here"])
        return person


class CompanyForm(PhoneForm):
    """What a customer may change about the company. Name and seat are the vendor's."""

    class Meta:
        model = Company
        fields = ["street", "postal_code", "city", "country", "phone", "email", "invoice_email", "confirmations"]
        widgets = _filled_in(
            street="address-line1", postal_code="postal-code", city="address-level2", phone="work tel"
        ) | {
            "email": forms.EmailInput(attrs={"autocomplete": "work email"}),
            "invoice_email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "confirmations": forms.RadioSelect,
        }
        labels = {"email": _("Mailbox of the company"), "confirmations": _("Who gets the order confirmations?")}
        help_texts = {"invoice_email": _("Empty: invoices go to the mailbox of the company.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("street", "postal_code", "city"):
            self.fields[name].required = True
        self.fields["country"].widget.attrs["autocomplete"] = "country"

    def clean(self):
        data = super().clean()
        changed = set(self.changed_data)
        if changed & {"postal_code", "country"}:
            self._check_postal_code(data.get("postal_code"), data.get("country"))
        if changed & {"phone", "country"}:
            self.check_phone("phone", data.get("country") or "")
        if data.get("confirmations") == Company.Confirmations.MAILBOX and not data.get("email"):
            self.add_error("confirmations", _("For this the company needs a mailbox."))
        return data

    def _check_postal_code(self, typed, country):
        if not typed or not country:
            return
        self.cleaned_data["postal_code"] = postal_code(typed, country)
        if not is_postal_code(typed, country):
            sentence = _("This is no postal code of the country chosen; there one looks like %s.") % example_of(country)
            self.add_error("postal_code", sentence)

    def save(self):
        company = super().save(commit=False)
        # Nothing but what stands on the page: a block or another name meanwhile is not taken back.
        company.save(update_fields=self._meta.fields)
        return company


EXTRACT_MEGABYTES = 10
EARLIEST_YEARS, LATEST_YEARS = 10, 2


class NameChangeForm(forms.ModelForm):
    """A message about the company's firm and seat, filled in with what they are today."""

    class Meta:
        model = NameChange
        fields = ["new_name", "new_name_extra", "new_legal_form", "new_seat", "effective_on", "file", "note"]
        labels = {"file": _("Register extract as PDF"), "new_seat": _("Seat (town)")}
        help_texts = {
            "new_legal_form": _("For example GmbH, GbR, e. K."),
            "effective_on": _(
                "A past day is entered at once, a day to come on that day. Older papers keep the old name."
            ),
        }
        widgets = {
            "new_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "effective_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "file": forms.FileInput(attrs={"accept": "application/pdf"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, company, **kwargs):
        self.company = company
        now = {f"new_{name}": getattr(company, name) for name in FIELDS}
        super().__init__(*args, initial=now | {"new_seat": company.seat or company.city}, **kwargs)
        self.fields["file"].help_text = _("At most %d MB.") % EXTRACT_MEGABYTES

    def clean_effective_on(self):
        day, now = self.cleaned_data["effective_on"], today()
        if not in_months(now, -12 * EARLIEST_YEARS) <= day <= in_months(now, 12 * LATEST_YEARS):
            raise forms.ValidationError(_("Please check the year."))
        return day

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload:
            check_pdf(upload, megabytes=EXTRACT_MEGABYTES)
        return upload

    def clean(self):
        data = super().clean()
        if not self.errors and all(data[f"new_{name}"] == getattr(self.company, name) for name in FIELDS):
            self.add_error("new_name", _("Nothing is different from today. Please enter what changes."))
        return data

    def save(self, *, by):
        """Send it. Raises Refused while another one is waiting."""
        change = self.instance
        if change.file:
            describe_file(change)
        report(change, self.company, by=by)
        return change
