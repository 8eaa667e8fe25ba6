from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SignOnConsentQuerySet(models.QuerySet):
    def covers(self, client_id, scopes):
        """Whether one of them lets a program have all these scopes."""
        given = self.filter(client_id=client_id).values_list("scopes", flat=True).first()
        return given is not None and set(scopes) <= set(given.split())


class SignOnConsent(models.Model):
    """Somebody lets another program of the vendor's know who they are; asked once, until it is taken back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_on_consents")
    client = models.ForeignKey("allauth_idp_oidc.Client", models.CASCADE, related_name="+", verbose_name=_("program"))
    # As OpenID Connect writes them, with blanks between.
    scopes = models.CharField(_("scopes"), max_length=300)
    given_at = models.DateTimeField(pgettext_lazy("consent", "given"), default=timezone.now)

    objects = SignOnConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to sign in elsewhere")
        verbose_name_plural = _("consents to sign in elsewhere")
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="sign_on_consent_once")]

    def __str__(self):
        return f"{self.user} → {self.client}"
