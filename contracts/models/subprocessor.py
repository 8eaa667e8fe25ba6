from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from portal.lib.days import today


class SubProcessorQuerySet(models.QuerySet):
    def working(self, on=None):
        """Those that process data on a day, today by default."""
        on = on or today()
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("name")

    def earlier(self):
        return self.filter(until__lt=today()).order_by("-until", "name")


class SubProcessor(models.Model):
    """A firm that processes customers' data for the vendor (Art. 28 (2), (4) DSGVO), from a day until a day."""

    name = models.CharField(_("firm"), max_length=200)
    seat = models.CharField(_("seat"), max_length=120)
    country = CountryField(_("country"), default="DE")
    purpose = models.CharField(_("what for"), max_length=300)
    safeguard = models.CharField(
        _("safeguard"), max_length=200, blank=True, help_text=_("Outside the EU, such as standard contractual clauses.")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = SubProcessorQuerySet.as_manager()

    class Meta:
        verbose_name = _("sub-processor")
        verbose_name_plural = _("sub-processors")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="subprocessor_end_after_start"
            )
        ]

    def __str__(self):
        return self.name


class ChangeQuerySet(models.QuerySet):
    def open(self, on=None):
        """Those that can still be objected to."""
        return self.filter(objection_until__gte=on or today()).order_by("objection_until")

    def undecided_by(self, company):
        """Open ones that a company has not objected to; company: a Company or an OuterRef to one."""
        objected = Objection.objects.filter(change=OuterRef("pk"), company=company)
        return self.open().exclude(Exists(objected))

    def told(self, company):
        """Ids of those that a company was told of."""
        told = ChangeNotice.objects.filter(change=OuterRef("pk"), company=company)
        return self.filter(Exists(told)).order_by().values("pk")


class SubProcessorChange(models.Model):
    """A new sub-processor, announced to every company with a valid AVV; until a day they may object."""

    processor = models.OneToOneField(SubProcessor, models.PROTECT, related_name="change", verbose_name=_("firm"))
    announced_at = models.DateTimeField(_("announced"), default=timezone.now)
    announced_by_name = models.CharField(_("announced by"), max_length=300)
    # The end of that day, in Berlin.
    objection_until = models.DateField(pgettext_lazy("sub-processor", "objection until"))

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("announced sub-processor")
        verbose_name_plural = _("announced sub-processors")
        ordering = ["-announced_at"]

    def __str__(self):
        return str(self.processor)

    @property
    def is_open(self):
        return self.objection_until >= today()


class ChangeNotice(models.Model):
    """A company was told of a change: nobody is told twice."""

    change = models.ForeignKey(SubProcessorChange, models.CASCADE, related_name="notices")
    company = models.ForeignKey("accounts.Company", models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("notice of a change")
        verbose_name_plural = _("notices of a change")
        constraints = [models.UniqueConstraint(fields=["change", "company"], name="change_notice_once")]

    def __str__(self):
        return f"{self.change} {self.company_id}"


class Objection(models.Model):
    """A company does not want a new sub-processor; the vendor answers."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the vendor")
        ACCEPTED = "accepted", pgettext_lazy("objection", "upheld")
        DECLINED = "declined", pgettext_lazy("objection", "rejected")

    change = models.ForeignKey(
        SubProcessorChange, models.PROTECT, related_name="objections", verbose_name=_("new sub-processor")
    )
    company = models.ForeignKey(
        "accounts.Company", models.PROTECT, related_name="objections", verbose_name=_("company")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("by"), max_length=300)
    text = models.TextField(_("reason"), max_length=2000)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("answer"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by_name = models.CharField(_("answered by"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-sent_at"]
        constraints = [models.UniqueConstraint(fields=["change", "company"], name="objection_once")]

    def __str__(self):
        return f"{self.company_id}: {self.change}"

    @property
    def tone(self):
        """How the state is shown: "wait", "ok" or "off"."""
        return {"waiting": "wait", "accepted": "ok", "declined": "off"}[self.state]
