"""Reading an ERP's CSV export: cells, rows, tables. Knows nothing of what the tables mean."""

from .cells import Refused, choice, day, email, file_in, number, price, text, yes_no
from .reading import FileRefused, rows_of
from .table import Column, Excluded, Reference, Table

__all__ = [
    "Column",
    "FileRefused",
    "Excluded",
    "Reference",
    "Refused",
    "Table",
    "choice",
    "day",
    "email",
    "file_in",
    "number",
    "price",
    "rows_of",
    "text",
    "yes_no",
]
