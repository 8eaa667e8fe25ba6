"""The catalogue as a table, out of the admin and in again: columns and cells as the ERP writes them."""

import csv
import io
import re
from decimal import Decimal

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.formats.base_formats import Format

from contracts.models import Product
from portal.lib.csv import bare, safe_row
from portal.lib.erp import CellRefused, FileRefused, Sheet, number, price
from portal.lib.xlsx import CONTENT_TYPE, write_xlsx

from .models import Article, Category

MOST_TOLD = 10
ENGLISH = re.compile(r"[0-9]{1,10}\.[0-9]{1,2}")


class SpreadsheetCsv(Format):
    """CSV that German spreadsheets open by a double click and that runs nothing there.

    The library's own would take a leading "=" away and leave "+", "-" and "@" alone.
    """

    CONTENT_TYPE = "text/csv"

    def __init__(self, encoding=None):
        """The library names an encoding; we read it off the file."""

    def get_title(self):
        return "csv"

    def get_extension(self):
        return "csv"

    def get_content_type(self):
        return "text/csv; charset=utf-8"

    def can_import(self):
        return True

    def can_export(self):
        return True

    def export_data(self, dataset, **kwargs):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(dataset.headers)
        writer.writerows(safe_row(row) for row in dataset)
        # The mark tells Excel that this is UTF-8.
        return ("\ufeff" + out.getvalue()).encode()

    def create_dataset(self, in_stream):
        """The rows of a table as the import's own reader gives them. Raises ValidationError, by line."""
        content = in_stream if isinstance(in_stream, bytes) else in_stream.encode()
        try:
            sheet = Sheet(io.BytesIO(content), ["ArtNr"], [name for name in COLUMNS if name != "ArtNr"])
        except FileRefused as refusal:
            raise ValidationError(refusal.in_words()) from None
        rows = list(sheet.rows())
        if wrong := [(line, reason) for line, _cells, reason in rows if reason]:
            raise ValidationError(_told(wrong))
        dataset = tablib.Dataset(headers=sheet.found)
        dataset.extend([[bare(cell) for cell in cells] for _line, cells, _reason in rows if any(cells)])
        return dataset


class SpreadsheetXlsx(Format):
    """The same as a workbook of texts: no number is guessed at. It goes out only; Excel saves it as Unicode text."""

    def get_title(self):
        return "xlsx"

    def get_extension(self):
        return "xlsx"

    def get_content_type(self):
        return CONTENT_TYPE

    def is_binary(self):
        return True

    def can_export(self):
        return True

    def export_data(self, dataset, **kwargs):
        out = io.BytesIO()
        write_xlsx(out, dataset.headers, dataset)
        return out.getvalue()


def _told(wrong):
    """[sentence] for lines that cannot be read; of very many the first."""
    told = [_("Line %(line)d: %(reason)s") % {"line": line, "reason": _(reason)} for line, reason in wrong[:MOST_TOLD]]
    if len(wrong) > MOST_TOLD:
        told.append(_("and %(count)d more lines") % {"count": len(wrong) - MOST_TOLD})
    return told


class Euro(widgets.DecimalWidget):
    """ "1.299,00", also "1299.00", with or without euro or per cent. A sign is left to the model's own rule."""

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip()
        try:
            return self._number(text) if text else None
        except CellRefused:
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:40]}) from None

    def _number(self, text):
        if text.startswith("-"):
            return -self._number(text[1:])
        if ENGLISH.fullmatch(text):
            return Decimal(text)
        return price().read(text.removesuffix("%").rstrip(), None)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else f"{value:f}".replace(".", ",")


class Whole(widgets.IntegerWidget):
    """Digits; the library would take "1.5" for 1."""

    def clean(self, value, row=None, **kwargs):
        text = str("" if value is None else value).strip()
        try:
            return number().read(text, None)
        except CellRefused:
            raise ValueError(_("“%(quantity)s” is not a whole number.") % {"quantity": text[:20]}) from None


class YesNo(widgets.BooleanWidget):
    """ "J" or "N"."""

    TRUE_VALUES = ["J", "j", "1", "ja", "Ja"]
    FALSE_VALUES = ["N", "n", "0", "nein", "Nein"]

    def render(self, value, obj=None, **kwargs):
        return "J" if value else "N"


class Products(widgets.ManyToManyWidget):
    """Product numbers with commas between them. Conditions of fit that stand already are kept."""

    def __init__(self):
        super().__init__(Product, separator=",", field="number")

    def clean(self, value, row=None, **kwargs):
        numbers = {number.strip() for number in str(value or "").split(",") if number.strip()}
        found = list(Product.objects.filter(number__in=numbers))
        if missing := numbers - {product.number for product in found}:
            raise ValueError(_("unknown products: %(numbers)s") % {"numbers": ", ".join(sorted(missing))})
        return found


def _column(name, column, widget=None):
    return fields.Field(attribute=name, column_name=column, widget=widget or widgets.CharWidget())


class ArticleTable(resources.ModelResource):
    number = _column("number", "ArtNr")
    name = _column("name", "Bezeichnung")
    description = _column("description", "Beschreibung")
    kind = _column("kind", "Art")
    category = _column("category", "Warengruppe", widgets.ForeignKeyWidget(Category, "path"))
    list_price = _column("list_price", "Preis", Euro())
    vat_rate = _column("vat_rate", "MwSt", Euro())
    unit = _column("unit", "Einheit")
    min_quantity = _column("min_quantity", "Mindestmenge", Whole())
    quantity_step = _column("quantity_step", "Schritt", Whole())
    period_months = _column("period_months", "Laufzeit", Whole())
    min_periods = _column("min_periods", "PeriodenMin", Whole())
    max_periods = _column("max_periods", "PeriodenMax", Whole())
    fits = _column("fits", "PasstZu", Products())
    grants = _column("grants", "LiefertProdNr", widgets.ForeignKeyWidget(Product, "number"))
    successor = _column("successor", "Nachfolger", widgets.ForeignKeyWidget(Article, "number"))
    is_active = _column("is_active", "Aktiv", YesNo())

    class Meta:
        model = Article
        import_id_fields = ["number"]
        fields = [
            "number", "name", "description", "kind", "category", "list_price", "vat_rate", "unit", "min_quantity",
            "quantity_step", "period_months", "min_periods", "max_periods", "fits", "grants", "successor", "is_active",
        ]  # fmt: skip
        skip_unchanged = True
        report_skipped = True
        # The model's own rules, told per row and column.
        clean_model_instances = True


COLUMNS = [field.column_name for field in ArticleTable.fields.values()]
