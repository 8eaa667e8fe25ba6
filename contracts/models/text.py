"""What stands in the documents themselves, page by page, so that it can be searched."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document


class DocumentText(models.Model):
    """That a document was looked into, and how that ended; its words stand in its pages.

    Both tables follow the document in the database itself (trigger contracts_text_follows): with it to another company,
    and away when it is recalled, replaced or deleted.
    """

    class State(models.TextChoices):
        READ = "read", _("with text")
        NONE = "none", _("without text")
        LOCKED = "locked", _("encrypted")
        BROKEN = "broken", _("not readable")

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="text")
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=6, choices=State.choices)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("text of a document")
        verbose_name_plural = _("texts of documents")

    def __str__(self):
        return f"{self.document_id} {self.state}"


class PageText(models.Model):
    """The words of one page, and their German stems."""

    # Indexes of both stand below.
    document = models.ForeignKey(Document, models.CASCADE, related_name="page_texts", db_index=False)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="+", db_index=False)
    page = models.PositiveIntegerField(_("page"))
    text = models.TextField(_("text"))
    words = models.GeneratedField(
        expression=SearchVector("text", config="german"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        verbose_name = _("text of a page")
        verbose_name_plural = _("texts of pages")
        constraints = [models.UniqueConstraint(fields=["document", "page"], name="page_text_once")]
        # The company first: nobody's search looks at the pages of others.
        indexes = [GinIndex(fields=["company", "words"], name="page_text_words", fastupdate=False)]

    def __str__(self):
        return f"{self.document_id} {self.page}"


def unread_documents():
    """Documents in force that nobody has looked into yet, oldest first."""
    read = Exists(DocumentText.objects.filter(document=OuterRef("pk")))
    rows = Document.objects.filter(recalled_at=None, deleted_at=None, replaced_by=None)
    return rows.exclude(read).order_by("filed_at", "pk")
