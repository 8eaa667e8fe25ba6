"""All tables as the ERP writes them, in a ZIP that the worker makes."""

import csv
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.core.files import File
from django.utils import timezone

from portal.lib.csv import safe
from portal.lib.database.standby import from_standby
from portal.lib.each import reason_of
from portal.lib.files import sha256_of

from .cells import FileOf, Out
from .models import ErpExport
from .tables import OUT

FOLDERS = {"dokumente.csv": "dokumente", "versionen.csv": "versionen"}
PIECE = 1024 * 1024


def make(pk: str) -> None:
    """Write the ZIP of an export and file it; one that is there already stays."""
    export = ErpExport.objects.filter(pk=pk, ready_at=None).first()
    if export is None:
        return
    try:
        with tempfile.NamedTemporaryFile(prefix="erp-", suffix=".zip") as target:
            with from_standby():
                write(target, with_files=export.with_files)
            target.seek(0, 2)
            export.size = target.tell()
            export.sha256 = sha256_of(target)
            export.file.save("export.zip", File(target), save=False)
        export.ready_at, export.problem = timezone.now(), ""
    except Exception as error:
        export.problem = reason_of(error)
        raise
    finally:
        export.save()


def write(target: IO[bytes], *, with_files: bool) -> None:
    """All tables into a ZIP, row by row, with the files that their rows name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for out in OUT:
            sink = _Files(package, FOLDERS.get(out.table.file, ""), is_wanted=with_files)
            _put_table(package, out, sink)


class _Files:
    """The files beside a table; two of one name and other content get different names."""

    def __init__(self, package: zipfile.ZipFile, folder: str, *, is_wanted: bool) -> None:
        self.package, self.folder, self.is_wanted = package, folder, is_wanted
        self.put: dict[str, str] = {}

    def name_of(self, file: FileOf, said: str) -> str:
        """What the row's cell says."""
        name = said
        if self.put.get(name.casefold(), file.sha256) != file.sha256:
            name = f"{file.sha256[:12]}-{said}"
        if name.casefold() not in self.put:
            self.put[name.casefold()] = file.sha256
            self._copy(file, name)
        return name

    def _copy(self, file: FileOf, name: str) -> None:
        # What the store has lost is no reason to lose the rest; the import will say that it is missing.
        if not self.is_wanted or not file.stored.storage.exists(file.stored.name):
            return
        entry = zipfile.ZipInfo(f"{self.folder}/{name}", timezone.localtime().timetuple()[:6])
        with (
            file.stored.storage.open(file.stored.name) as source,
            self.package.open(entry, "w", force_zip64=True) as sink,
        ):
            while piece := source.read(PIECE):
                sink.write(piece)


def _put_table(package: zipfile.ZipFile, out: Out, files: _Files) -> None:
    """In Windows-1252, as the ERP writes; where a name needs more signs, the whole table in UTF-8."""
    rows = _rows(out, files)
    with tempfile.TemporaryDirectory(prefix="erp-") as place:
        plain = Path(place) / "rows.csv"
        with plain.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow(out.headers())
            writer.writerows([safe(cell) for cell in row] for row in rows)
        narrow = Path(place) / "narrow.csv"
        fits = False
        with suppress(UnicodeEncodeError):
            _recode(plain, narrow, "cp1252")
            fits = True
        if not fits:
            _recode(plain, narrow, "utf-8-sig")
        package.write(narrow, out.table.file)


def _recode(source: Path, target: Path, encoding: str) -> None:
    with source.open(encoding="utf-8", newline="") as before, target.open("w", encoding=encoding, newline="") as after:
        while piece := before.read(PIECE):
            after.write(piece)


def _rows(out: Out, files: _Files) -> Iterator[list[str]]:
    place = next((n for n, column in enumerate(out.columns()) if column.parser.sql == "file"), None)
    for cells, found in out.cells():
        if place is not None:
            cells[place] = files.name_of(found[0], cells[place])
        yield cells


def forget() -> None:
    """After a week an export is old; its file goes. One that was never made is given up."""
    for export in ErpExport.objects.filter(asked_at__lt=timezone.now() - timedelta(days=ErpExport.KEPT_DAYS)):
        if export.file:
            export.file.delete(save=False)
        export.delete()
