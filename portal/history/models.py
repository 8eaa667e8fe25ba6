from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeQuerySet(models.QuerySet):
    def of_row(self, row):
        """What became of one row, and of the parts that stand on its page."""
        return self.filter(table=row._meta.db_table, row=str(row.pk)).order_by("-pk")

    def of_company(self, company):
        """What became of everything of a company."""
        return self.filter(company=company.pk).order_by("-pk")


class Change(models.Model):
    """One change of one row, written by a trigger of its table (decision "Every change has a line")."""

    class Kind(models.TextChoices):
        ADDED = "+", _("added")
        CHANGED = "~", _("changed")
        REMOVED = "-", _("deleted")

    at = models.DateTimeField(_("when"))
    # Names of tables and columns, as the database has them; part: of a row that belongs to another one's page.
    table = models.CharField(max_length=63)
    row = models.CharField(max_length=64)
    part = models.CharField(max_length=63, db_default="", default="")
    kind = models.CharField(max_length=1, choices=Kind.choices)
    # Column -> [before, after]; empty for a row that was added and is as it stands.
    what = models.JSONField(default=dict)
    # Without constraints: a line outlives what it is about, but not a person.
    company = models.ForeignKey(
        "accounts.Company", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=300)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["table", "row"], name="change_row"),
            models.Index(fields=["company", "-id"], name="change_company", condition=models.Q(company__isnull=False)),
            models.Index(fields=["person"], name="change_person", condition=models.Q(person__isnull=False)),
            models.Index(fields=["actor_id"], name="change_actor", condition=models.Q(actor_id__isnull=False)),
            BrinIndex(fields=["at"], name="change_at"),
        ]

    def __str__(self):
        return f"{self.table} {self.row} {self.kind}"
