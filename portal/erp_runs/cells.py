"""Values of ours as cells of the ERP's tables, such that its import finds them as they are."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps

from portal.lib.erp import CellRefused, Column, Table

BATCH = 2000
NOWHERE = Path("/nonexistent")


class As(NamedTuple):
    """What the ERP said of it, whatever we have; otherwise this."""

    otherwise: Any = ""


@dataclass(frozen=True)
class FileOf:
    """A file of ours: its name, where it lies, its hash."""

    name: str
    stored: Any
    sha256: str


@dataclass(frozen=True)
class Out:
    """How a table goes out. rows: each a dict by the columns' names in the stage.

    words: column -> our value -> the ERP's word. same: column -> whether a read cell means our value.
    """

    table: Table
    rows: Callable[[], Iterable[dict[str, Any]]]
    words: dict[str, dict[Any, str]] = field(default_factory=dict)
    same: dict[str, Callable[[Any, Any, dict[str, Any]], bool]] = field(default_factory=dict)

    def cells(self) -> Iterator[tuple[list[str], list[FileOf]]]:
        """(cells in the order of headers(), files) of each row.

        Where the ERP's own cell says what we have, it goes out as the ERP wrote it.
        """
        columns = self.columns()
        rows = iter(self.rows())
        while some := list(islice(rows, BATCH)):
            keys = [self._key(row) for row in some]
            found = ledger().filter(table=self.table.file, key__in=keys)
            said = dict(found.values_list("key", "said"))
            for row, key in zip(some, keys, strict=True):
                before = said.get(key, {})
                cells = [self._cell(column, row, before) for column in columns]
                yield cells, [value for value in row.values() if isinstance(value, FileOf)]

    def headers(self) -> list[str]:
        return [column.header for column in self.columns()]

    def columns(self) -> list[Column]:
        """An optional column goes out only where the ERP has it too, or its rows would all look changed."""
        rows = ledger().filter(table=self.table.file)
        is_known = rows.exists()
        return [
            column
            for column in self.table.columns
            if not column.optional or not is_known or rows.filter(said__has_key=column.header).exists()
        ]

    def _key(self, row: dict[str, Any]) -> str:
        return "\x1f".join(str(row[name] if row[name] is not None else "") for name in self.table.key)

    def _cell(self, column: Column, row: dict[str, Any], said: dict[str, str]) -> str:
        value = row[column.name]
        if column.header in said and self._means(column, said, value, row):
            return said[column.header]
        return self._written(column, value.otherwise if isinstance(value, As) else value)

    def _means(self, column: Column, said: dict[str, str], value: Any, row: dict[str, Any]) -> bool:
        if isinstance(value, As):
            return True
        if isinstance(value, FileOf):
            return said.get(f"{column.header}-SHA256") == value.sha256
        try:
            read = column.parser.read(said[column.header], NOWHERE)
        except CellRefused:
            return False
        is_same = self.same.get(column.name)
        return is_same(read, value, row) if is_same else read == value or (read in ("", None) and value in ("", None))

    def _written(self, column: Column, value: Any) -> str:
        if isinstance(value, FileOf):
            return value.name
        if column.name in self.words and not isinstance(value, (set, frozenset)):
            return self.words[column.name].get(value, str(value or ""))
        if isinstance(value, bool):
            return "J" if value else "N"
        if isinstance(value, Decimal):
            return f"{value:.2f}".replace(".", ",")
        if isinstance(value, dt.date):
            return f"{value:%d.%m.%Y}"
        if isinstance(value, (set, frozenset)):
            words = self.words.get(column.name, {})
            return ",".join(sorted(words.get(one, str(one)) for one in value))
        return "" if value is None else str(value)


def ledger() -> Any:
    """What the ERP last said of its rows."""
    # The models of portal name those of this room.
    return apps.get_model("portal.ErpRow").objects
