"""What the worker does with an export: fetches, tries out, imports it; and runs that nobody works on any more."""

import csv
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from portal.erp import TABLES, ImportUnderWay, Result, import_export
from portal.lib.csv import safe_row
from portal.lib.each import reason_of
from portal.lib.files import sha256_of
from portal.lib.refusals import Refused

from . import mails
from .alarm import alarm_of
from .models import ErpRun
from .package import PackageRefused, pack, unpack

State = ErpRun.State
NAMES = [table.file for table in TABLES]
# A reason is shown with the number of its rows; so many, the most frequent first.
REASONS = 8
# A file that changed a moment ago may still be written.
SETTLED = timedelta(minutes=2)
TASK = "work_on_erp"
MOST_CELL = 200


def new_run(name: str, state: State, by: User | None, *, is_night: bool = False) -> ErpRun:
    """A run that is not stored yet."""
    by_name = str(by)[:300] if by else ""
    return ErpRun(name=name, state=state, stage=state, by=by, by_name=by_name, is_night=is_night)


def work_on(pk: str) -> None:
    """Do what a run is at, and what follows by itself. Whatever goes wrong stands on the run, which is broken off then.

    A run whose worker died comes here once more: each step can be done twice.
    """
    run = ErpRun.objects.filter(pk=pk).first()
    if run is None or run.state not in [*ErpRun.WORKING, State.BROKEN]:
        return
    ErpRun.objects.filter(pk=pk).update(state=run.stage, problem="")
    steps = {State.PACKING: _pack, State.CHECKING: _try_out, State.IMPORTING: _import}
    try:
        while run.stage in steps:
            step = run.stage
            steps[State(step)](run)
            if run.stage == step:
                break
    except ImportUnderWay:
        _break_off(run, _("Another import was at work. Please start this one again when it is over."))
    except Refused as refusal:
        _refuse(run, str(refusal))
    except Exception as error:
        _break_off(run, reason_of(error))
        raise


def _break_off(run: ErpRun, reason: str) -> None:
    ErpRun.objects.filter(pk=run.pk).update(state=State.BROKEN, problem=reason[:500], ended_at=timezone.now())


def _refuse(run: ErpRun, reason: str) -> None:
    run.state, run.problem = State.REFUSED, reason[:500]
    end(run)
    if run.is_night:
        mails.mail_alarm(run)


def end(run: ErpRun) -> None:
    """Over: the package goes with the transaction's end, the report stays."""
    file = run.file.name
    run.file, run.ended_at, run.progress = "", timezone.now(), {}
    run.save()
    if file:
        transaction.on_commit(lambda: run.file.storage.delete(file))


def _pack(run: ErpRun) -> None:
    folder = Path(settings.ERP_FOLDER)
    run.stamp = newest_in(folder)
    last = ErpRun.objects.nights().exclude(pk=run.pk).exclude(stamp=None).order_by("-began_at").first()
    is_old = run.is_night and last is not None and last.stamp == run.stamp
    if run.stamp is None or is_old:
        run.alarm = ErpRun.Alarm.MISSING if run.is_night else ""
        raise PackageRefused(_("No new export lies in the folder."))
    with tempfile.NamedTemporaryFile(prefix="erp-", suffix=".zip") as target:
        pack(folder, NAMES, target)
        target.flush()
        run.size = target.tell() or Path(target.name).stat().st_size
        target.seek(0)
        run.file.save(f"{run.name}.zip", File(target), save=False)
    run.state = run.stage = State.CHECKING
    run.save()


def newest_in(folder: Path) -> datetime | None:
    """When the newest of the ERP's tables in a folder was written; None without any."""
    times = []
    for name in NAMES:
        with suppress(OSError):
            times.append((folder / name).stat().st_mtime)
    return datetime.fromtimestamp(max(times), UTC) if times else None


def is_settled(folder: Path) -> bool:
    """Whether nobody writes in the folder at this moment."""
    newest = newest_in(folder)
    return newest is None or newest < timezone.now() - SETTLED


def _try_out(run: ErpRun) -> None:
    with _unpacked(run) as folder:
        results = list(import_export(folder, dry_run=True, tell=_Progress(run)))
    run.tried = [told_of(result) for result in results]
    _keep_report(run, results)
    if run.is_night:
        run.alarm = alarm_of(run)
    run.state = run.stage = State.CHECKED
    if run.is_night and not run.alarm:
        # An ordinary night needs nobody.
        run.state = run.stage = State.IMPORTING
    run.progress = {}
    run.save()
    if run.alarm:
        mails.mail_alarm(run)


def _import(run: ErpRun) -> None:
    tell, results = _Progress(run), []
    with _unpacked(run) as folder:
        for result in import_export(folder, tell=tell):
            results.append(result)
            tell.done += 1
    run.result = [told_of(result) for result in results]
    _keep_report(run, results)
    run.state = run.stage = State.DONE
    end(run)


@contextmanager
def _unpacked(run: ErpRun) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="erp-") as place, run.file.open("rb") as package:
        unpack(package, NAMES, Path(place))
        yield Path(place)


class _Progress:
    """Says how far it is over a line of its own: what the import does is seen by nobody before its end."""

    def __init__(self, run: ErpRun) -> None:
        self.run, self.done = run, 0
        self.began: list[str] = []

    def __call__(self, file: str, rows: int) -> None:
        if file not in self.began:
            self.began.append(file)
        said = {"file": file, "rows": rows, "done": len(self.began) - 1, "of": len(TABLES)}
        beside = connection.copy()
        try:
            with beside.cursor() as cursor:
                cursor.execute(
                    "update portal_erprun set progress = %s::jsonb where id = %s", [json.dumps(said), self.run.pk]
                )
        finally:
            beside.close()


def told_of(result: Result) -> dict[str, Any]:
    """What became of a file, as the admin's page keeps it."""
    reasons = Counter(reason for _line, reason in result.refused).most_common(REASONS)
    return {
        "file": result.file,
        "new": result.new,
        "changed": result.changed,
        "same": result.same,
        "gone": result.gone,
        "refused": len(result.refused),
        "rows": result.rows,
        "error": result.error,
        "seconds": round(result.seconds, 1),
        "reasons": reasons,
        "warnings": result.warnings[:REASONS],
        "doubts": len(result.doubts),
        "examples": [_example(*example) for example in result.examples],
    }


def _example(line: int, before: dict[str, str] | None, now: dict[str, str]) -> dict[str, Any]:
    shown = {name: cell for name, cell in now.items() if not name.endswith("-SHA256")}
    if before is None:
        cells = [[name, "", cell[:MOST_CELL]] for name, cell in shown.items() if cell][:4]
        return {"line": line, "is_new": True, "key": next(iter(shown.values()), ""), "cells": cells}
    names = [name for name in now if before.get(name, "") != now[name]]
    cells = [[name, before.get(name, "")[:MOST_CELL], now[name][:MOST_CELL]] for name in names[:6]]
    return {"line": line, "is_new": False, "key": next(iter(shown.values()), ""), "cells": cells}


def _keep_report(run: ErpRun, results: list[Result]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Datei", "Zeile", "Grund"])
    writer.writerows(safe_row(row) for row in report_rows(results))
    content = ContentFile(("\ufeff" + text.getvalue()).encode(), name="report.csv")
    old = run.report.name
    run.report_sha256 = sha256_of(content)
    run.report.save("report.csv", content, save=False)
    if old:
        run.report.storage.delete(old)


def report_rows(results: list[Result]) -> Iterator[tuple[str, int | str, str]]:
    """(file, line, reason) of what was refused, and of what was taken with a doubt."""
    for result in results:
        if result.error:
            yield result.file, "", result.error
        yield from ((result.file, line, reason) for line, reason in result.refused)
        yield from ((result.file, "", warning) for warning in result.warnings)
        yield from ((result.file, line, f"taken, but: {doubt}") for line, doubt in result.doubts)


def mark_broken() -> int:
    """Runs at work of which no job is left, whatever became of it, are broken off; returns how many."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    alive = {str(args.get("run")) for args in jobs.values_list("args", flat=True)}
    words = _("The worker died while it did this, or its time was over.")
    broken = 0
    for pk in ErpRun.objects.filter(state__in=ErpRun.WORKING).values_list("pk", flat=True):
        if str(pk) not in alive:
            with transaction.atomic():
                row = ErpRun.objects.select_for_update(of=["self"]).get(pk=pk)
                if row.state in ErpRun.WORKING:
                    _break_off(row, words)
                    broken += 1
    return broken


def forget_runs(kept: int = 200) -> None:
    """The oldest runs go, with their reports."""
    for run in ErpRun.objects.exclude(state__in=ErpRun.WORKING)[kept:]:
        for file in (run.file, run.report):
            if file:
                file.delete(save=False)
        run.delete()
