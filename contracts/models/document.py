import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.choices import label_of
from portal.lib.days import today
from portal.lib.files import stored_name
from portal.lib.searching import indexes_of
from portal.lib.standing import Standing

NEW_FOR = timedelta(days=60)


class DocumentQuerySet(models.QuerySet):
    def dated(self, on=None):
        """Documents whose day has come; those of the future stay hidden until it starts in Berlin (edge 32)."""
        return self.filter(dated_on__lte=on or today())

    def visible(self, on=None):
        """Documents a customer sees in lists: dated by today, the newest version of each number, not deleted.

        One recalled as faulty stays in the list with its reason; what was never theirs is not there at all.
        """
        hidden = Q(recall=Document.Recall.WRONG_COMPANY) | Q(deleted_at__isnull=False)
        return self.dated(on).filter(replaced_by=None).exclude(hidden)

    def served(self, on=None):
        """Documents whose file a customer gets: dated by today, in any version, neither recalled nor deleted."""
        return self.dated(on).filter(recalled_at=None, deleted_at=None)

    def newest_first(self):
        return self.order_by("-dated_on", "-pk")

    def with_new(self, user):
        """Adds is_new: dated within the last 60 days, and not opened by this person yet."""
        opened = DocumentOpening.objects.filter(document=OuterRef("pk"), user=user)
        recent = Q(dated_on__gte=today() - NEW_FOR)
        new = models.ExpressionWrapper(recent & ~Exists(opened), output_field=models.BooleanField())
        return self.annotate(is_new=new)

    def note_openings(self, user, how):
        """Remember for all of them at once that somebody viewed or downloaded them."""
        DocumentOpening.objects.bulk_create(DocumentOpening(document=row, user=user, how=how) for row in self)

    def new_for(self, user):
        """Documents that are new to this person."""
        return self.with_new(user).filter(is_new=True, recalled_at=None)


class Document(models.Model):
    """A paper concluded with a company. Append-only: a corrected file is a new row that replaces the old one."""

    class Kind(models.TextChoices):
        ORDER_CONFIRMATION = "AB", _("Order confirmation")
        INVOICE = "RE", _("Invoice")
        SPV = "SPV", _("Software maintenance contract (SPV)")
        UPV = "UPV", _("Update maintenance contract (UPV)")
        AVV = "AVV", _("Data processing agreement (AVV)")
        TERMS = "AGB", _("Terms and conditions")

    class Recall(models.TextChoices):
        FAULTY = "faulty", _("faulty: stays in the list, with the reason")
        WRONG_COMPANY = "company", _("another company's: vanishes from this one")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="documents", verbose_name=_("company"))
    number = models.CharField(_("document number"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices)
    get_kind_display = label_of("kind", Kind)
    title = models.CharField(_("title"), max_length=200)
    dated_on = models.DateField(_("date"), default=today)
    file = models.FileField(_("file"), upload_to=stored_name("documents"), max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )
    filed_at = models.DateTimeField(_("filed"), default=timezone.now, editable=False)

    # Set once, by contracts.recalling, and never taken back: a corrected file is a new version.
    recall = models.CharField(_("recalled as"), max_length=8, choices=Recall.choices, blank=True, db_default="")
    recalled_at = models.DateTimeField(_("recalled"), null=True, blank=True)
    recalled_by_name = models.CharField(_("recalled by"), max_length=300, blank=True, db_default="")
    recall_reason = models.CharField(_("reason of the recall"), max_length=500, blank=True, db_default="")
    # Empty: reckoned from kind and day (contracts.retention).
    keep_until = models.DateField(_("keep until"), null=True, blank=True)
    legal_hold = models.CharField(
        _("legal hold"),
        max_length=300,
        blank=True,
        db_default="",
        help_text=_("A reason, such as a lawsuit. As long as one stands here the document is never deleted."),
    )
    deleted_at = models.DateTimeField(_("deleted at the end of its retention"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="document_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="document_version_positive"),
            # A recall has a moment, a kind and a reason, or is none.
            models.CheckConstraint(
                condition=Q(recalled_at=None, recall="", recall_reason="")
                | (Q(recalled_at__isnull=False) & ~Q(recall="") & ~Q(recall_reason="")),
                name="document_recall_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-dated_on"], name="document_company_newest"),
            # By the beginning of a number, as the staff's search asks.
            models.Index(fields=["number"], name="document_number_begins", opclasses=["varchar_pattern_ops"]),
            # Whoever holds a paper asks by its hash whether it is ours.
            models.Index(fields=["sha256"], name="document_sha256"),
            *indexes_of("document", "number", "title"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def is_recalled(self):
        return self.recalled_at is not None

    def note_opening(self, user, how):
        """Remember that somebody viewed or downloaded it."""
        return self.openings.create(user=user, how=how)


class DocumentOpening(models.Model):
    """Who opened or loaded which document, and when first and last."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(pgettext_lazy("document", "opened"), default=timezone.now)
    how = models.CharField(
        _("how"), max_length=10, choices=[("view", _("viewed")), ("download", _("downloaded"))], default="view"
    )

    class Meta:
        verbose_name = _("opened document")
        verbose_name_plural = _("opened documents")
        indexes = [models.Index(fields=["document", "user"], name="opening_by_person")]

    def __str__(self):
        return f"{self.document_id} {self.user_id}"

    @classmethod
    def of(cls, company):
        """All openings of a company's documents with person and document, newest first."""
        mine = cls.objects.filter(document__company=company, document__deleted_at=None)
        return mine.select_related("user", "document").order_by("-opened_at", "-pk")


def _years(company):
    rows = Document.objects.filter(company=company).visible().order_by("-dated_on__year")
    return rows.values_list("dated_on__year").annotate(count=models.Count("pk"))


YEARS = Standing(_years, company=int)


def years_of(company):
    """{year: number of documents that a company sees in its list}, the newest first. One query."""
    return dict(YEARS(company=company.pk))
