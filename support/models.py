from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import one_line
from portal.lib.files import stored_name

ABOUT = 200
FOR_THE_BLIND = _("For people who do not see it; empty if it only decorates.")


class InTwoLanguages:
    """Rows whose texts stand in columns ending in _de and _en."""

    def in_language(self, language):
        """The texts without the ending, in one language: {"title": …, "text": …}; German where English is empty."""
        fields = [field.name for field in self._meta.fields]
        texts = {name[:-3]: getattr(self, name) for name in fields if name.endswith("_de")}
        if language == "en":
            texts |= {name: english for name in texts if (english := getattr(self, f"{name}_en"))}
        return texts | {name: getattr(self, name) for name in fields if not name.endswith(("_de", "_en"))}


class Feature(InTwoLanguages, models.Model):
    """A function of HOMECASE, as the Support-Modul page tells it. Kept by staff, in both languages."""

    title_de = models.CharField(_("title, German"), max_length=120)
    title_en = models.CharField(_("title, English"), max_length=120)
    text_de = models.TextField(_("text, German"))
    text_en = models.TextField(_("text, English"))
    icon = models.CharField(
        _("icon"), max_length=40, default="check-circle", help_text=_("A name from heroicons; shown without a picture.")
    )
    # Made by support.pictures out of what staff upload.
    picture = models.FileField(
        _("picture"), upload_to=stored_name("pictures"), blank=True, db_default="", editable=False
    )
    picture_width = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    picture_height = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    picture_sha256 = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    picture_text_de = models.CharField(
        _("what the picture shows, German"), max_length=200, blank=True, db_default="", help_text=FOR_THE_BLIND
    )
    picture_text_en = models.CharField(_("what the picture shows, English"), max_length=200, blank=True, db_default="")
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("HOMECASE function")
        verbose_name_plural = _("HOMECASE functions")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title_de


class Adviser(models.Model):
    """One of the vendor's whom some customers know by name; they see who it is beside the desks."""

    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("personal contact")
        verbose_name_plural = _("personal contacts")
        ordering = ["name", "pk"]
        constraints = [one_line("name", name="adviser_name_one_line")]

    def __str__(self):
        return self.name


class AdvisedCompany(models.Model):
    """A customer whose contact somebody is; each has one at most."""

    adviser = models.ForeignKey(Adviser, models.CASCADE, related_name="companies", verbose_name=_("personal contact"))
    company = models.OneToOneField(
        "accounts.Company", models.CASCADE, related_name="advised", verbose_name=_("company")
    )

    class Meta:
        verbose_name = _("company with a personal contact")
        verbose_name_plural = _("companies with a personal contact")

    def __str__(self):
        return str(self.company)


def adviser_of(company):
    """Who is this company's contact, or None."""
    return Adviser.objects.filter(companies__company=company).first()


class Contact(InTwoLanguages, models.Model):
    """A desk of the vendor that customers can reach, with its hours."""

    name_de = models.CharField(_("name, German"), max_length=120)
    name_en = models.CharField(_("name, English"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    hours_de = models.CharField(
        _("hours, German"), max_length=200, blank=True, help_text=_("In words, beside the times below or instead.")
    )
    hours_en = models.CharField(_("hours, English"), max_length=200, blank=True)
    keeps_holidays = models.BooleanField(_("closed on public holidays"), default=True, db_default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name_de


class OpeningTime(models.Model):
    """From when to when a desk is open on a weekday; with a break at noon there are two of them."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="times", verbose_name=_("contact"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=list(WEEKDAYS.items()))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening time")
        verbose_name_plural = _("opening times")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens"), weekday__lte=6),
                name="opening_closes_after_it_opens",
                violation_error_message=_("It has to close after it opens."),
            ),
            models.UniqueConstraint(fields=["contact", "weekday", "opens"], name="opening_once"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}"


class OpeningDay(InTwoLanguages, models.Model):
    """A day on which one desk, or all of them, are closed or open at other times, also a holiday."""

    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="days", verbose_name=_("contact"),
        help_text=_("Empty: all."),
    )  # fmt: skip
    day = models.DateField(_("day"))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Empty: closed."))
    closes = models.TimeField(_("closes"), null=True, blank=True)
    why_de = models.CharField(_("reason, German"), max_length=120, blank=True)
    why_en = models.CharField(_("reason, English"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("day with other hours")
        verbose_name_plural = _("days with other hours")
        ordering = ["day", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens=None, closes=None)
                | models.Q(opens__isnull=False, closes__isnull=False, closes__gt=models.F("opens")),
                name="opening_day_closed_or_whole",
                violation_error_message=_("Give both times, the later one second, or none for a closed day."),
            ),
            models.UniqueConstraint(fields=["contact", "day"], nulls_distinct=False, name="opening_day_once"),
        ]

    def __str__(self):
        return f"{self.day:%d.%m.%Y}"


class SupportText(InTwoLanguages, models.Model):
    """The lead of the Support-Modul page and where more is told about HOMECASE; there is one row, or none."""

    lead_de = models.TextField(_("lead, German"), max_length=600)
    lead_en = models.TextField(_("lead, English"), max_length=600, blank=True)
    more_url = models.URLField(
        _("more about HOMECASE"), blank=True, help_text=_("A page with https://. Empty: no link.")
    )
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("text of the Support-Modul")
        verbose_name_plural = _("texts of the Support-Modul")
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="support_text_only_one")]

    def __str__(self):
        return str(_("Support module"))


class IncidentQuerySet(models.QuerySet):
    def not_over(self):
        """Those that are running or will."""
        return self.filter(models.Q(until_at=None) | models.Q(until_at__gt=timezone.now())).order_by("from_at", "pk")


class Incident(InTwoLanguages, models.Model):
    """Something at the vendor's is out of order, or will be for a while; every page says so meanwhile."""

    title_de = models.CharField(_("title, German"), max_length=120)
    title_en = models.CharField(_("title, English"), max_length=120, blank=True)
    text_de = models.TextField(_("text, German"), max_length=600, blank=True)
    text_en = models.TextField(_("text, English"), max_length=600, blank=True)
    from_at = models.DateTimeField(_("from"), default=timezone.now)
    until_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: until you end it here."))

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-from_at"]
        indexes = [models.Index(fields=["until_at"], name="incident_until")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_at=None) | models.Q(until_at__gt=models.F("from_at")),
                name="incident_ends_after_it_begins",
                violation_error_message=_("It has to end after it begins."),
            )
        ]

    def __str__(self):
        return self.title_de

    def is_running(self, now):
        return self.from_at <= now and (self.until_at is None or self.until_at > now)


class Enquiry(models.Model):
    """A customer's question to the vendor, about HOMECASE or about something else in the portal."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="enquiries", verbose_name=_("company"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    # What in the portal they were at when they asked, such as an order.
    about = models.CharField(_("about"), max_length=ABOUT, blank=True, default="", db_default="")
    message = models.TextField(_("message"), max_length=4000)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-sent_at"]

    def __str__(self):
        return f"{self.company_id} {self.sent_at:%d.%m.%Y}"
