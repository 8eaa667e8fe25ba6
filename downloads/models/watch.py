from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Product

from .release import Release


class ReleaseWatch(models.Model):
    """A person wants a mail when a product has a new version that one company may load."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="release_watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="release_watches")
    product = models.ForeignKey(Product, models.CASCADE, related_name="watches")
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("wish for new versions")
        verbose_name_plural = _("wishes for new versions")
        constraints = [models.UniqueConstraint(fields=["company", "user", "product"], name="release_watch_once")]

    def __str__(self):
        return f"{self.user} {self.product}"

    @classmethod
    def toggle(cls, company, user, product, *, wanted):
        """Switch the wish on or off; pressing twice changes nothing more."""
        if wanted:
            cls.objects.get_or_create(company=company, user=user, product=product)
        else:
            cls.objects.filter(company=company, user=user, product=product).delete()


class ReleaseNotice(models.Model):
    """A version was announced to a person for a company: nobody is told twice."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="notices")
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "company", "user"], name="release_notice_once")]

    def __str__(self):
        return f"{self.release} {self.user}"
