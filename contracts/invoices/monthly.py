"""All invoices of a month in one file, as a tax adviser wants them: the papers, their XML, and a table of both."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.models import Company
from portal.lib.csv import safe_row
from portal.lib.days import in_months

from ..models import Document, ElectronicInvoice
from ..packing import name_inside, zip_response

# More papers than this go month by month through the list instead: one answer holds one worker.
MOST = 1000


def invoices_of(company: Company) -> QuerySet[Document]:
    """A company's invoices as its people see them, with what machines read in them; newest first."""
    rows = company.documents.visible().filter(kind=Document.Kind.INVOICE)
    return rows.select_related("electronic").newest_first()


def of_month(invoices: QuerySet[Document], month: dt.date) -> QuerySet[Document]:
    """Those dated in the month that begins on a day."""
    return invoices.filter(dated_on__gte=month, dated_on__lt=in_months(month, 1))


@dataclass(frozen=True)
class Sums:
    """Euro, over the invoices whose XML could be read and is right; papers: over how many of all."""

    papers: int
    read: int
    net: Decimal
    tax: Decimal
    gross: Decimal


def sums_of(invoices: QuerySet[Document]) -> Sums:
    """What a month comes to. Recalled papers count for nothing."""
    standing = invoices.filter(recalled_at=None)
    fine = ElectronicInvoice.objects.filter(document__in=standing.order_by(), faults=[]).exclude(gross=None)
    found = fine.aggregate(net=Sum("net"), tax=Sum("tax"), gross=Sum("gross"))
    none = Decimal(0)
    return Sums(standing.count(), fine.count(), found["net"] or none, found["tax"] or none, found["gross"] or none)


def month_zip(company: Company, month: dt.date, invoices: list[Document]) -> StreamingHttpResponse:
    """The papers of a month with the XML beside each and "index.csv" on top, packed while it is sent."""
    extras = [(f"index {month:%Y-%m}.csv", _index(invoices))]
    xml = [(row.electronic.xml, xml_name(row)) for row in invoices if has_xml_beside(row)]
    name = f"{_('Invoices')} {company.number} {month:%Y-%m}.zip"
    return zip_response(invoices, name=name, extras=extras, files=xml)


def electronic_of(document: Document) -> ElectronicInvoice | None:
    """What was read of an invoice; None before the worker has looked."""
    return getattr(document, "electronic", None)


def has_xml_beside(document: Document) -> bool:
    """Whether the XML can be had by itself, apart from the PDF it stands in."""
    read = electronic_of(document)
    return bool(read and read.is_fine and read.xml)


def xml_name(document: Document) -> str:
    """ "RE-7 Rechnung.xml": as the paper is called in a ZIP."""
    return name_inside(document).removesuffix(".pdf").removesuffix(".PDF") + ".xml"


def _index(invoices: list[Document]) -> bytes:
    """A table for spreadsheets: semicolons, UTF-8 with its mark, amounts in euro with a comma."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerow([_("Number"), _("Title"), _("Date"), _("Due"), *_amounts(), _("Remark"), _("File"), "XML"])
    writer.writerows(safe_row(line) for line in _lines(invoices))
    return ("\ufeff" + table.getvalue()).encode()


def _amounts() -> list[str]:
    return [_("Net"), _("VAT"), _("Gross"), _("To pay")]


def _lines(invoices: list[Document]) -> Iterator[list[Any]]:
    for row in invoices:
        read = electronic_of(row)
        fine = read if read and read.is_fine else None
        yield [
            row.number, row.title, f"{row.dated_on:%d.%m.%Y}",
            f"{fine.due_on:%d.%m.%Y}" if fine and fine.due_on else "",
            *([fine.net, fine.tax, fine.gross, fine.due] if fine else [""] * 4), remark_of(read),
            name_inside(row), xml_name(row) if has_xml_beside(row) else "",
        ]  # fmt: skip


def remark_of(read: ElectronicInvoice | None) -> str:
    """What a reader of the table has to know of a paper, or ""."""
    if read and read.faults:
        return str(_("The XML in it is faulty; the vendor is looking into it."))
    return "" if read and read.form else str(_("Without XML"))
