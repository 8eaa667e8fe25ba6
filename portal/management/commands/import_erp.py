import csv
import datetime as dt
import io
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.erp import TABLES, ImportUnderWay, import_export
from portal.lib.csv import safe_row
from portal.lib.storage import beside


class Command(BaseCommand):
    help = "Import the ERP's export from a folder. Bad rows are reported and never stop the good ones."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")
        parser.add_argument("--report", type=Path, help="where the refused rows are written as CSV")

    def handle(self, folder, dry_run, report, **options):
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        absent = [table.file for table in TABLES if not (folder / table.file).exists()]
        if len(absent) == len(TABLES):
            raise CommandError(f"No file of an ERP export lies in {folder}; expected {', '.join(absent)}.")
        for name in absent:
            self.stdout.write(f"{name}: not in the folder, nothing done")
        results = []
        try:
            for result in import_export(folder, dry_run=dry_run, tell=self._tell):
                results.append(self._told(result))
        except ImportUnderWay as error:
            raise CommandError("Another import is at work. Nothing was done.") from error
        finally:
            # Also of a run that was broken off.
            self._report(results, report)
        self._finish(results, dry_run)

    def _tell(self, file, rows):
        if rows:
            self.stdout.write(f"{file}: {rows:,} rows read")

    def _told(self, result):
        for line, reason in result.refused:
            self.stdout.write(f"{result.file}:{line}: {reason}")
        for line, doubt in result.doubts:
            self.stdout.write(f"{result.file}:{line}: taken, but: {doubt}")
        for warning in result.warnings:
            self.stdout.write(f"{result.file}: warning: {warning}")
        if result.error:
            self.stdout.write(f"{result.file}: not imported: {result.error}")
        else:
            self.stdout.write(
                f"{result.file}: {result.taken} rows taken ({result.new} new, {result.changed} changed, "
                f"{result.same} unchanged), {len(result.refused)} refused, {result.seconds:.1f} s"
            )
        return result

    def _report(self, results, report):
        refused = [(result.file, "", result.error) for result in results if result.error]
        refused += [(result.file, line, reason) for result in results for line, reason in result.refused]
        doubts = [(result.file, line, f"taken, but: {why}") for result in results for line, why in result.doubts]
        if refused or report:
            path = report or settings.DATA_DIR / "import-reports" / f"{dt.datetime.now():%Y-%m-%d-%H%M%S}.csv"
            self._write(path, refused + doubts)
            self.stdout.write(f"Refused rows: {path}")

    def _finish(self, results, dry_run):
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        elif not any(result.new or result.changed for result in results):
            self.stdout.write("Nothing changed: everything was already as the export says.")
        if failed := [result.file for result in results if result.error]:
            raise CommandError(f"Not imported: {', '.join(failed)}")

    def _write(self, path, refused):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path, replace=True) as raw:
            file = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["Datei", "Zeile", "Grund"])
            writer.writerows(safe_row(row) for row in refused)
            file.detach()
