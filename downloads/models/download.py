from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .passes import DownloadPass
from .release import ReleaseFile


class DownloadQuerySet(models.QuerySet):
    def with_names(self):
        return self.select_related("user", "by_pass", "file__release__product")

    def of_person(self, key):
        """Of one person, or technician, by a key of people(); everything for any other key."""
        kind, _dash, value = key.partition("-")
        if kind == "u" and value.isdecimal() and int(value) <= LARGEST_ID:
            return self.filter(user=int(value))
        return self.filter(by_pass__email=value) if kind == "p" and "\0" not in value else self

    def people(self):
        """[(key, name)] of everybody who loaded something, by name."""
        rows = self.order_by().values_list("user", "user__first_name", "user__last_name", "by_pass__email").distinct()
        found = {
            (f"u-{user}", f"{first} {last}".strip()) if user else (f"p-{mail}", mail or "–")
            for user, first, last, mail in rows
        }
        return sorted(found, key=lambda entry: entry[1].casefold())


LARGEST_ID = 2**63 - 1


class Download(models.Model):
    """Who downloaded which program file for which company, and when: a person, or a technician with a pass."""

    file = models.ForeignKey(ReleaseFile, models.PROTECT, related_name="downloads", verbose_name=_("program file"))
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="downloads", verbose_name=_("company"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    by_pass = models.ForeignKey(
        DownloadPass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="downloads",
        verbose_name=_("IT partner pass"),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)

    objects = DownloadQuerySet.as_manager()

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["company", "-started_at"], name="download_company_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, by_pass__isnull=False) | Q(user__isnull=False, by_pass=None),
                name="download_by_person_or_pass",
            )
        ]

    def __str__(self):
        return f"{self.file} {self.started_at:%d.%m.%Y}"

    @property
    def who(self):
        """The name of the person, or of the technician."""
        return str(self.user or ", ".join(filter(None, [self.by_pass.name, self.by_pass.email])))
