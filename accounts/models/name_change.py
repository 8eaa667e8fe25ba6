import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.rights import Right
from portal.lib.days import today
from portal.lib.files import stored_name

# What a change of firm is about, on the company and, with old_ and new_ before it, on the message.
FIELDS = ["name", "name_extra", "legal_form", "seat"]


class NameChangeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=NameChange.State.WAITING)

    def due(self):
        """Accepted ones whose day has come and which the company does not carry yet."""
        return self.filter(state=NameChange.State.ACCEPTED, applied_at=None, effective_on__lte=today())


class NameChange(models.Model):
    """A customer reports that firm or seat of the company change; the vendor accepts or declines it.

    Old values are copied when it is sent; papers made before the change keep them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the vendor")
        ACCEPTED = "accepted", pgettext_lazy("name change", "accepted")
        DECLINED = "declined", pgettext_lazy("name change", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("name change", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="name_changes")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    asked_by_name = models.CharField(_("sent by"), max_length=300)
    asked_at = models.DateTimeField(_("sent"), default=timezone.now)
    old_name = models.CharField(_("company name before"), max_length=200)
    old_name_extra = models.CharField(_("second line before"), max_length=200, blank=True)
    old_legal_form = models.CharField(_("legal form before"), max_length=60, blank=True)
    old_seat = models.CharField(_("seat before"), max_length=120, blank=True)
    new_name = models.CharField(_("new company name"), max_length=200)
    new_name_extra = models.CharField(_("name, second line"), max_length=200, blank=True)
    new_legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    new_seat = models.CharField(_("seat"), max_length=120)
    effective_on = models.DateField(_("in force from"))
    note = models.TextField(_("note"), max_length=2000, blank=True)
    file = models.FileField(_("register extract"), upload_to=stored_name("name-changes"), blank=True)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    applied_at = models.DateTimeField(_("entered"), null=True, blank=True)

    objects = NameChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of company name")
        verbose_name_plural = _("changes of company name")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["company"], condition=Q(state="waiting"), name="name_change_one_waiting"),
            models.CheckConstraint(condition=~Q(new_name=""), name="name_change_new_name_not_empty"),
        ]

    def __str__(self):
        return f"{self.old_name} → {self.new_name}"

    @property
    def tone(self):
        """How the state is shown: "wait", "ok", "off" or "danger"."""
        return {"waiting": "wait", "accepted": "ok", "declined": "danger", "withdrawn": "off"}[self.state]

    def readers(self):
        """Who is told: who sent it, while still with the company, and everybody who may change its details."""
        open_rows = self.company.memberships.open().select_related("user").prefetch_related("rights__permission")
        return [row.user for row in open_rows if row.user_id == self.asked_by_id or row.may(Right.ACCOUNT)]

    @property
    def compared(self):
        """[(label, before, after, whether it changes)] of firm, legal form and seat."""
        company = self._meta.get_field("company").related_model
        pairs = [(getattr(self, f"old_{name}"), getattr(self, f"new_{name}")) for name in FIELDS]
        labels = [company._meta.get_field(name).verbose_name for name in FIELDS]
        return [(label, old, new, old != new) for label, (old, new) in zip(labels, pairs, strict=True)]
