"""What an invoice says to machines: the figures of the XML inside a PDF (ZUGFeRD, Factur-X) or alone (XRechnung)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.files import stored_name

from .document import Document

EURO = {"max_digits": 14, "decimal_places": 2, "null": True, "blank": True}


class ElectronicInvoiceQuerySet(models.QuerySet):
    def wrong(self):
        """Those whose XML fails its schema or does not add up, as long as the paper is the one in force."""
        in_force = Q(document__replaced_by=None, document__recalled_at=None, document__deleted_at=None)
        return self.filter(in_force).exclude(faults=[])


class ElectronicInvoice(models.Model):
    """What was read of one invoice; one row also for a paper without XML, so that it is read once."""

    class Form(models.TextChoices):
        NONE = "", _("paper only")
        INSIDE = "inside", _("PDF with XML (ZUGFeRD, Factur-X)")
        ALONE = "alone", _("XML alone (XRechnung)")

    class Fault(models.TextChoices):
        UNREADABLE = "unreadable", _("The XML cannot be read.")
        SCHEMA = "schema", _("The XML does not keep to the schema of its standard.")
        CURRENCY = "currency", _("The invoice is not in euro.")
        LINES = "lines", _("The lines do not add up to the sum of lines.")
        NET = "net", _("The net sum is not the lines less allowances plus charges.")
        TAX = "tax", _("The VAT is not the sum of the VAT of each rate.")
        RATE = "rate", _("The VAT of a rate is not that part of its net sum.")
        GROSS = "gross", _("The gross sum is not the net sum plus VAT.")
        DUE = "due", _("The amount to pay is not the gross sum less what is paid.")

    document = models.OneToOneField(
        Document, models.PROTECT, primary_key=True, related_name="electronic", verbose_name=_("document")
    )
    form = models.CharField(_("form"), max_length=6, choices=Form.choices, blank=True)
    level = models.CharField(_("standard"), max_length=80, blank=True)
    faults = models.JSONField(_("faults"), default=list, blank=True)
    details = models.CharField(_("what the schema says"), max_length=500, blank=True)
    # As the XML says it; empty where it says nothing.
    number = models.CharField(_("invoice number"), max_length=100, blank=True)
    issued_on = models.DateField(_("date"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    net = models.DecimalField(_("net"), **EURO)
    tax = models.DecimalField(_("VAT"), **EURO)
    gross = models.DecimalField(_("gross"), **EURO)
    due = models.DecimalField(_("to pay"), **EURO)
    # Taken out of the PDF; that of an XML alone is the document's own file.
    xml = models.FileField("XML", upload_to=stored_name("invoices"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    objects = ElectronicInvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-invoice")
        verbose_name_plural = _("e-invoices")
        indexes = [
            # Few are wrong, and the staff's first page asks for them.
            models.Index(fields=["read_at"], name="einvoice_wrong", condition=~Q(faults=[])),
        ]

    def __str__(self):
        return self.number or str(self.document_id)

    @property
    def is_fine(self):
        """Whether the figures may be shown and the XML handed out."""
        return bool(self.form) and not self.faults

    @property
    def sentences(self):
        """What is wrong, a sentence each."""
        return [self.Fault(fault).label for fault in self.faults]


def unread_invoices():
    """Invoices that nobody has looked into yet, oldest first."""
    read = Exists(ElectronicInvoice.objects.filter(document=OuterRef("pk")))
    invoices = Document.objects.filter(kind=Document.Kind.INVOICE, recalled_at=None, deleted_at=None)
    return invoices.exclude(read).order_by("filed_at", "pk")
