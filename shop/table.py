"""The catalogue as a table, out of the admin and in again: columns and cells as the ERP writes them."""

import csv
import io
from decimal import Decimal, InvalidOperation

import tablib
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.formats.base_formats import Format

from contracts.models import Product
from portal.lib.csv import FORMULA, safe_row

from .forms import decoded
from .models import Article, Category


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
        text = decoded(in_stream) if isinstance(in_stream, bytes) else in_stream
        separator = max(";\t,", key=text.partition("\n")[0].count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        head = [cell.strip() for cell in rows[0]] if rows else []
        dataset = tablib.Dataset(headers=head)
        for row in rows[1:]:
            if any(row):
                dataset.append([_bare(cell) for cell in (row + [""] * len(head))[: len(head)]])
        return dataset


def _bare(cell):
    """Without the apostrophe that our own export has put before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


class Euro(widgets.DecimalWidget):
    """ "1.299,00", also "1299.00"."""

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip()
        try:
            return Decimal(text.replace(".", "").replace(",", ".") if "," in text else text) if text else None
        except InvalidOperation as error:
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text}) from error

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else f"{value:f}".replace(".", ",")


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
    min_quantity = _column("min_quantity", "Mindestmenge", widgets.IntegerWidget())
    quantity_step = _column("quantity_step", "Schritt", widgets.IntegerWidget())
    period_months = _column("period_months", "Laufzeit", widgets.IntegerWidget())
    fits = _column("fits", "PasstZu", Products())
    grants = _column("grants", "LiefertProdNr", widgets.ForeignKeyWidget(Product, "number"))
    successor = _column("successor", "Nachfolger", widgets.ForeignKeyWidget(Article, "number"))
    is_active = _column("is_active", "Aktiv", YesNo())

    class Meta:
        model = Article
        import_id_fields = ["number"]
        fields = [
            "number", "name", "description", "kind", "category", "list_price", "vat_rate", "unit", "min_quantity",
            "quantity_step", "period_months", "fits", "grants", "successor", "is_active",
        ]  # fmt: skip
        skip_unchanged = True
        report_skipped = True
        # The model's own rules, told per row and column.
        clean_model_instances = True
