"""A table of the export: its columns, what a row refers to, and how staged rows become rows of ours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..csv import bare
from .beside import SourceFile
from .cells import CellRefused, Parser
from .reading import Sheet

STAGE = "erp_stage"


@dataclass(frozen=True)
class Column:
    """header: its name in the file. name: its name in the staging table. missing: the reason if it is empty.

    optional: the whole column may be absent; then its cells count as empty.
    """

    header: str
    name: str
    parser: Parser
    missing: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Reference:
    """Every value of a staged column must stand in a table of ours. many: the column holds a comma-separated list."""

    column: str
    table: str
    target: str
    reason: str
    many: bool = False


@dataclass(frozen=True)
class Excluded:
    """No value of a staged column may be among those that a query of ours gives."""

    column: str
    query: str
    reason: str


@dataclass(frozen=True)
class Target:
    """Columns of the stage that name one row of ours though the key differs; the second row of a file is refused."""

    columns: list[str]
    reason: str


@dataclass(frozen=True)
class Doubts:
    """What is taken as the ERP says it and told all the same. query gives (line, values …) of staged rows.

    check(values …) gives the reasons, as they stand in the report.
    """

    query: str
    check: Callable[..., list[str]]


@dataclass(frozen=True)
class Table:
    """file: its name in the export. key: the columns that name a row; twice: the reason when a key comes again.

    targets: what else one row of ours is found by. check(values by column): raises CellRefused where values do not go
    together. doubts: what of new and changed rows is told though they are taken.

    one_by_one(cursor) does before that what needs more than SQL, row by row; it returns (line, reason) of the rows it
    refuses, and takes them off the stage.

    apply(cursor) turns the new and changed rows of the staging table into rows of ours, by SQL. said_before holds what
    the ERP last said of a row, as JSON by header, NULL for a new one.
    """

    file: str
    columns: list[Column]
    key: list[str]
    apply: Callable[[Any], Any]
    twice: str = "row twice"
    references: list[Reference] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    check: Callable[[dict[str, Any]], None] | None = None
    doubts: Doubts | None = None
    one_by_one: Callable[[Any], list[tuple[int, str]]] | None = None

    def stage_sql(self) -> str:
        """The staging table: line, key, the raw cells as JSON, a problem with a file, and the columns."""
        own = ", ".join(f"{name} {kind}" for name, kind in self.stage_columns())
        return (
            f"create temporary table {STAGE} (line integer, key text, said jsonb, said_before jsonb, "
            f"is_new boolean, problem text, {own}) on commit drop"
        )

    def stage_columns(self) -> Iterator[tuple[str, str]]:
        """(name, SQL type); a file takes four columns: source path, size, hash, and its name in the export."""
        for column in self.columns:
            if column.parser.sql == "file":
                yield f"{column.name}_path", "text"
                yield f"{column.name}_size", "bigint"
                yield f"{column.name}_sha256", "text"
                yield f"{column.name}_name", "text"
            else:
                yield column.name, column.parser.sql

    def read(self, folder: Path, refuse: Callable[[int, str], None]) -> Iterator[tuple]:
        """Yields the values of each readable row for the staging table; refuse(line, reason) gets the others."""
        needed = [column.header for column in self.columns if not column.optional]
        optional = [column.header for column in self.columns if column.optional]
        with (folder / self.file).open("rb") as file:
            sheet = Sheet(file, needed, optional)
            for line, cells, reason in sheet.rows():
                if reason:
                    refuse(line, reason)
                    continue
                # What the portal wrote itself comes back with its guard against formulas.
                cells = [bare(cell.strip()).replace("\r\n", "\n") for cell in cells]
                try:
                    yield self._staged(line, dict(zip(sheet.found, cells, strict=True)), folder)
                except CellRefused as refusal:
                    refuse(line, str(refusal))

    def _staged(self, line: int, cells: dict[str, str], folder: Path) -> tuple:
        said, problem = dict(cells), None
        values: dict[str, Any] = {}
        for column in self.columns:
            cell = cells.get(column.header, "")
            if column.missing and not cell:
                raise CellRefused(column.missing)
            if column.parser.sql == "file":
                # Whether the row belongs to somebody is asked first; a bad file is told after that.
                try:
                    found = column.parser.read(cell, folder)
                except CellRefused as refusal:
                    problem, found = str(refusal), None
                said[f"{column.header}-SHA256"] = found.sha256 if found else ""
                values |= _file_values(column.name, found)
            else:
                values[column.name] = column.parser.read(cell, folder)
        if self.check:
            self.check(values)
        key = "\x1f".join(str(values[name] if values[name] is not None else "") for name in self.key)
        return (line, key, json.dumps(said, ensure_ascii=False), problem, *values.values())


def _file_values(name: str, found: SourceFile | None) -> dict[str, Any]:
    values = (str(found.path), found.size, found.sha256, found.path.name) if found else (None,) * 4
    return dict(zip((f"{name}_path", f"{name}_size", f"{name}_sha256", f"{name}_name"), values, strict=True))


def cell_changed(header: str) -> str:
    """SQL: whether the ERP says something else in this cell than at the last import. True for new rows."""
    return f"(s.said_before is null or s.said_before->>'{header}' is distinct from s.said->>'{header}')"


def keep_unless_changed(header: str, value: str, current: str) -> str:
    """SQL: the ERP's value where it changed since the last import, else what stands in the portal."""
    return f"case when {cell_changed(header)} then {value} else {current} end"
