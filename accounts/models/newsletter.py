from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SALT = "accounts.newsletter"
CONFIRM_DAYS = 3


class ConsentQuerySet(models.QuerySet):
    def open(self):
        """Asked for or confirmed, and not ended."""
        return self.filter(ended_at=None)

    def confirmed(self):
        """Those who get the newsletter."""
        return self.open().exclude(confirmed_at=None)

    def of_token(self, token):
        """The consent that a link in a mail is about, or None; the link never expires, what it does may."""
        try:
            pk = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return None
        return self.filter(pk=pk).first()


class NewsletterConsent(models.Model):
    """Somebody's word that they want the newsletter, with the proof of it (§ 7 UWG, Art. 7 (1) DSGVO).

    It counts from the moment the link in the mail to that very address was opened (double opt-in) until it is ended.
    """

    class End(models.TextChoices):
        PERSON = "person", _("in the portal")
        LINK = "link", _("by the link in a mail")
        ONE_CLICK = "one_click", _("by the mail program's button")
        ADDRESS = "address", _("the address changed")
        ERASED = "erased", _("the account was deleted")
        STAFF = "staff", _("by the vendor")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="consents", verbose_name=_("person")
    )
    email = models.EmailField(_("e-mail address"))
    wording = models.TextField(_("wording that was agreed to"))
    wording_version = models.CharField(_("version of the wording"), max_length=20)
    asked_at = models.DateTimeField(pgettext_lazy("data", "asked"), default=timezone.now)
    asked_ip = models.GenericIPAddressField(_("asked from"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("link mailed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_ip = models.GenericIPAddressField(_("confirmed from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end = models.CharField(_("how it ended"), max_length=10, choices=End.choices, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("newsletter consent")
        verbose_name_plural = _("newsletter consents")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="newsletter_one_open"),
        ]

    def __str__(self):
        return self.email

    @property
    def token(self):
        """What the links in mails carry; made from the row and the portal's secret key."""
        return signing.dumps(self.pk, salt=SALT)

    @property
    def may_be_confirmed(self):
        fresh = self.mailed_at is not None and self.mailed_at > timezone.now() - timedelta(days=CONFIRM_DAYS)
        return self.ended_at is None and fresh

    @property
    def is_alive(self):
        """Whether its link still means something: it may be confirmed, or it has been and counts."""
        return self.ended_at is None and (self.confirmed_at is not None or self.may_be_confirmed)

    def confirm(self, ip):
        """Count from now on; a second opening of the link changes nothing."""
        if self.confirmed_at is None:
            self.confirmed_at, self.confirmed_ip = timezone.now(), ip
            self.save(update_fields=["confirmed_at", "confirmed_ip"])

    def stop(self, how):
        """End it at once; ending twice keeps the first end."""
        if self.ended_at is None:
            self.ended_at, self.end = timezone.now(), how
            self.save(update_fields=["ended_at", "end"])


def find_consent(token):
    """The consent that a link in a mail is about, or None."""
    return NewsletterConsent.objects.of_token(token)
