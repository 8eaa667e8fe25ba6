import uuid
from datetime import timedelta

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Licence, Product
from portal.lib.days import today
from portal.lib.files import stored_name
from portal.lib.markdown import to_html

SAME_DOWNLOAD = timedelta(days=1)
NEW_FOR = timedelta(days=60)
# What is read, not installed.
PAPERS = (".pdf", ".txt", ".md", ".html", ".docx")


class ReleaseQuerySet(models.QuerySet):
    def published(self, on=None):
        """Versions released by a day, today by default, whose moment has come; withdrawn and pilot ones too.

        Not one whose first file is still on its way.
        """
        has_come = Q(published_at=None) | Q(published_at__lte=timezone.now())
        uploads = apps.get_model("downloads.Upload").objects.filter(release=OuterRef("pk"))
        has_all = Exists(ReleaseFile.objects.filter(release=OuterRef("pk"))) | ~Exists(uploads)
        return self.filter(has_come, has_all, released_on__lte=on or today())

    def visible_to(self, company):
        """Published versions, and of those for pilots only what names the company (edge 56)."""
        named = Release.pilots.through.objects.filter(release=OuterRef("pk"), company=company)
        return self.published().filter(Q(is_pilot=False) | Exists(named))

    def newest_first(self):
        return self.order_by("-released_on", "-pk")

    def with_entitlement(self, company):
        """Adds is_entitled: whether the company may load the version today.

        A running licence must cover the day of the release; security updates are open to all who ever licensed the
        product (Cyber Resilience Act, Art. 13); what is withdrawn is served to nobody.
        """
        licences = Licence.objects.filter(company=company, product=OuterRef("product"))
        covered = licences.running().with_cover().filter(covered_until__gte=OuterRef("released_on"))
        ever = licences.begun()
        may = Q(Exists(covered)) | (Q(is_security=True) & Exists(ever))
        allowed = models.ExpressionWrapper(Q(withdrawn_on=None) & may, output_field=models.BooleanField())
        return self.annotate(is_entitled=allowed)

    def with_loaded(self, company):
        """Adds was_loaded: whether somebody loaded the version for the company."""
        loaded = apps.get_model("downloads.Download").objects.filter(file__release=OuterRef("pk"), company=company)
        return self.annotate(was_loaded=Exists(loaded))

    def newest_per_product(self):
        """One version for each product: the one released last."""
        return self.order_by("product_id", "-released_on", "-pk").distinct("product_id")

    def entitled(self, company):
        """Versions the company may load today."""
        return self.visible_to(company).with_entitlement(company).filter(is_entitled=True)


class Release(models.Model):
    """A published version of a product."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="releases", verbose_name=_("product"))
    version = models.CharField(_("version"), max_length=40)
    released_on = models.DateField(_("released on"), default=today)
    notes = models.TextField(_("release notes"), blank=True, help_text=_("Markdown"))
    needs = models.TextField(
        _("needed before"), blank=True, db_default="",
        help_text=_("Markdown: what has to be there or done before this version is installed, such as a backup."),
    )  # fmt: skip
    is_security = models.BooleanField(_("security update"), default=False)
    supported_until = models.DateField(_("supported until"), null=True, blank=True)
    published_at = models.DateTimeField(
        _("visible from"),
        null=True,
        blank=True,
        help_text=_("Until this moment no customer sees the version. Empty: from the day of the release."),
    )
    is_pilot = models.BooleanField(
        _("pilot version"), default=False, db_default=False, help_text=_("Only the pilot customers below see it.")
    )
    pilots = models.ManyToManyField("accounts.Company", verbose_name=_("pilot customers"), blank=True, related_name="+")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("use instead")
    )
    # What the worker has done: told those who want to know of new versions, and those who loaded a recalled one.
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True, editable=False)
    recall_told_at = models.DateTimeField(_("recall told"), null=True, blank=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-released_on"]
        constraints = [models.UniqueConstraint(fields=["product", "version"], name="release_version_once")]
        indexes = [models.Index(fields=["product", "-released_on"], name="release_product_newest")]

    def __str__(self):
        return f"{self.product} {self.version}"

    @property
    def is_new(self):
        """Released within the last weeks; counted on the tile, marked in the lists."""
        return self.released_on >= today() - NEW_FOR

    @property
    def files_in_order(self):
        """What is installed first, then what is read, such as a manual."""
        return sorted(self.files.all(), key=lambda file: file.is_paper)

    @property
    def setup(self):
        """The file to load when somebody wants the version, or None."""
        return next((file for file in self.files_in_order if not file.is_paper), None)

    @property
    def notes_html(self):
        """The release notes as safe HTML."""
        return to_html(self.notes)

    @property
    def needs_html(self):
        """What it needs before, as safe HTML."""
        return to_html(self.needs)


class ReleaseFile(models.Model):
    """A program file of a version. Its bytes never change: a new build is a new file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="files", verbose_name=_("version"))
    title = models.CharField(_("program"), max_length=200)
    platform = models.CharField(_("platform"), max_length=80, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name("releases"), max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("program file")
        verbose_name_plural = _("program files")
        ordering = ["title", "file_name"]
        constraints = [models.UniqueConstraint(fields=["release", "file_name"], name="release_file_once")]

    def __str__(self):
        return f"{self.title} {self.release.version}"

    @property
    def is_paper(self):
        """Whether it is read and not installed: a manual, a list of changes."""
        return self.file_name.casefold().endswith(PAPERS)

    @classmethod
    def of(cls, releases):
        """The files of a queryset of versions."""
        return cls.objects.filter(release__in=releases)

    @transaction.atomic
    def note_download(self, company, user):
        """Remember that somebody loads it; what the same person fetches within a day is the same download (edge 52)."""
        # Ten pieces may be asked for at the same moment: the second waits here and finds the first one's row.
        get_user_model().objects.select_for_update().only("pk").get(pk=user.pk)
        if not self.is_being_loaded(company=company, user=user):
            self.downloads.create(company=company, user=user)

    def is_being_loaded(self, **who):
        """Whether the same person, or pass, began to load the file within a day."""
        return self.downloads.filter(started_at__gt=timezone.now() - SAME_DOWNLOAD, **who).exists()
