from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ABOUT = 200


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
    icon = models.CharField(_("icon"), max_length=40, default="check-circle", help_text=_("A name from heroicons."))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("HOMECASE function")
        verbose_name_plural = _("HOMECASE functions")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title_de


class Contact(InTwoLanguages, models.Model):
    """A desk of the vendor that customers can reach, with its hours."""

    name_de = models.CharField(_("name, German"), max_length=120)
    name_en = models.CharField(_("name, English"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    hours_de = models.CharField(_("hours, German"), max_length=200, blank=True)
    hours_en = models.CharField(_("hours, English"), max_length=200, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name_de


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
