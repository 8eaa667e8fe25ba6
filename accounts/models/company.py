import unicodedata

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from portal.lib.constraints import one_line
from portal.lib.days import ONE_DAY, today
from portal.lib.searching import indexes_of

# As the index has it: a number of nothing but zeros stays empty and is found by nobody's number without zeros.
WITHOUT_ZEROS = Func(F("number"), Value("0"), function="ltrim", output_field=models.CharField())


class CompanyQuerySet(models.QuerySet):
    def by_login_name(self, name, prefix):
        """The one company a login name such as "DOMUS_12345" means, or None.

        Letter case, blanks and full-width signs do not matter, the prefix may be missing. Leading zeros count where a
        number matches exactly; otherwise a number is found without its zeros if it is the only one.
        """
        alike = self.alike(name, prefix)
        return None if alike is None else self.meant_among(alike[:20], name, prefix)

    def alike(self, name, prefix):
        """The companies whose numbers are the one in a login name, but for letter case and zeros; None without one.

        One question for both ways, so that the time does not tell whether a number exists.
        """
        number = self.bare_number(name, prefix)
        if not number or "\0" in number:
            return None
        return self.alias(zeroless=WITHOUT_ZEROS).filter(Q(number__iexact=number) | Q(zeroless=self._zeroless(number)))

    def meant_among(self, companies, name, prefix):
        """The one of some companies that a login name means, or None."""
        number = self.bare_number(name, prefix)
        zeroless, found = self._zeroless(number), list(companies)
        exact = [company for company in found if company.number.casefold() == number]
        near = [
            company for company in found
            if zeroless and company.number.isdigit() and company.number.lstrip("0") == zeroless
        ]  # fmt: skip
        return (exact or near)[0] if len(exact or near) == 1 else None

    @staticmethod
    def _zeroless(number):
        return number.lstrip("0") if number.isdigit() else ""

    @staticmethod
    def bare_number(name, prefix):
        """The number in a login name: " Domus-12345" -> "12345"."""
        number = unicodedata.normalize("NFKC", name).strip().casefold()
        start = prefix.casefold()
        if number.startswith(start):
            number = number.removeprefix(start).lstrip(" _-")
        return number.replace(" ", "")


class Company(models.Model):
    """A customer of the vendor. Name and seat are the vendor's to change, the rest the customer's own."""

    class Confirmations(models.TextChoices):
        BOTH = "both", _("who ordered, and the company's mailbox")
        ORDERER = "orderer", _("only who ordered")
        MAILBOX = "mailbox", _("only the company's mailbox")

    number = models.CharField(
        _("customer number"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z][0-9A-Za-z-]*\Z", _("Only letters, digits and hyphens."))],
    )
    name = models.CharField(_("company name"), max_length=200)
    name_extra = models.CharField(_("name, second line"), max_length=200, blank=True)
    # Firm and seat as the commercial register has them (§ 17, § 29 HGB); the postal address may be another.
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True, db_default="")
    seat = models.CharField(_("seat"), max_length=120, blank=True, db_default="")
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = CountryField(_("country"), default="DE")
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail of the company"), blank=True)
    # Empty: invoices go to the mailbox above.
    invoice_email = models.EmailField(_("mailbox for invoices"), blank=True, db_default="")
    confirmations = models.CharField(
        _("order confirmations go to"),
        max_length=8,
        choices=Confirmations.choices,
        default=Confirmations.BOTH,
        db_default=Confirmations.BOTH,
    )
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    uses_homecase = models.BooleanField(_("uses HOMECASE"), default=False)
    needs_second_factor = models.BooleanField(_("everybody needs a second factor"), default=False, db_default=False)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    ended_on = models.DateField(_("contract ended on"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        permissions = [("view_as_company", _("May look at the portal as a customer's person"))]
        ordering = ["name", "number"]
        indexes = [
            models.Index(Upper("number"), name="company_number_upper"),
            models.Index(WITHOUT_ZEROS, name="company_number_zeroless"),
            models.Index(fields=["name", "number"], name="company_by_name"),
            # The oldest first, for what waits on the staff's first page.
            models.Index(fields=["created_at"], condition=Q(ended_on=None, is_blocked=False), name="company_oldest"),
            *indexes_of("company", "number", "name", "email"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="company_number_not_empty"),
            models.CheckConstraint(condition=~Q(name=""), name="company_name_not_empty"),
            one_line("name", "name_extra", name="company_names_one_line"),
        ]

    def __str__(self):
        return f"{self.name} ({self.number})"

    @classmethod
    def stand_in(cls, pk, has_ended):
        """A company of which no more is known than decides how a question about it looks (portal.lib.standing)."""
        return cls(pk=pk, ended_on=today() - ONE_DAY if has_ended else None)

    @property
    def has_ended(self):
        """Whether the contract is over: documents and security updates stay reachable, nothing new begins."""
        return self.ended_on is not None and self.ended_on < today()

    @property
    def address_lines(self):
        """The postal address as a list of lines, without empty ones; the country where it is not Germany."""
        city = f"{self.postal_code} {self.city}".strip()
        country = self.country.name if self.country.code != "DE" else ""
        return [line for line in (self.name, self.name_extra, self.street, city, country) if line]
