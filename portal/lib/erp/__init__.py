"""Reading an ERP's CSV export: cells, rows, tables. Knows nothing of what the tables mean."""

from .beside import file_in
from .cells import CellRefused, choice, code, codes, day, email, number, percent, price, text, yes_no
from .encoding import decoded
from .reading import FileRefused, Sheet, typed_rows
from .table import Column, Doubts, Excluded, Reference, Table, Target

__all__ = [
    "Column",
    "Doubts",
    "FileRefused",
    "Excluded",
    "Reference",
    "CellRefused",
    "Sheet",
    "Table",
    "Target",
    "choice",
    "code",
    "codes",
    "day",
    "decoded",
    "email",
    "file_in",
    "number",
    "percent",
    "price",
    "text",
    "typed_rows",
    "yes_no",
]
