"""An export on its way into the portal: taken in, imported at a word, started again, left. The worker does the work."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.lib.files import safe_name
from portal.lib.refusals import Refused

from .models import ErpExport, ErpRun
from .package import judge
from .tasks import make_erp_export, work_on_erp
from .working import NAMES, end, new_run

State = ErpRun.State


class ErpRefused(Refused):
    """The run cannot do that, or not any more."""


def take_upload(upload: UploadedFile, *, by: User) -> ErpRun:
    """Keep a package and have it tried out. Raises PackageRefused; nothing is kept then."""
    judge(upload, NAMES)
    upload.seek(0)
    with transaction.atomic():
        run = new_run(safe_name(upload.name or "") or "export.zip", State.CHECKING, by)
        run.file.save(run.name, upload, save=False)
        run.size = upload.size or 0
        run.save()
        _queue(run)
    return run


@transaction.atomic
def take_folder(*, by: User) -> ErpRun:
    """Have what lies in ERP_FOLDER fetched by the worker, which alone may see it, and tried out."""
    run = new_run(Path(settings.ERP_FOLDER).name or "export", State.PACKING, by)
    run.save()
    _queue(run)
    return run


@transaction.atomic
def import_it(run: ErpRun, *, by: User) -> ErpRun:
    """Have a package imported that was tried out. Raises ErpRefused."""
    row = _locked(run.pk, State.CHECKED)
    row.by, row.by_name = by, str(by)[:300]
    return _go_on(row, State.IMPORTING)


@transaction.atomic
def start_again(run: ErpRun, *, by: User) -> ErpRun:
    """Go on with a run that was broken off, where it was. Raises ErpRefused."""
    row = _locked(run.pk, State.BROKEN)
    row.by, row.by_name = by, str(by)[:300]
    return _go_on(row, State(row.stage))


@transaction.atomic
def leave(run: ErpRun, *, by: User) -> ErpRun:
    """Not to be imported; staff have seen it. Raises ErpRefused."""
    row = _locked(run.pk, *ErpRun.OPEN)
    row.by, row.by_name = by, str(by)[:300]
    row.state = State.LEFT
    end(row)
    return row


def _locked(pk: UUID, *states: State) -> ErpRun:
    row = ErpRun.objects.select_for_update(of=["self"]).get(pk=pk)
    if row.state not in states:
        raise ErpRefused(_("Somebody was quicker: this import is in the state “%s”.") % row.get_state_display())
    return row


def _go_on(row: ErpRun, state: State) -> ErpRun:
    row.state = row.stage = state
    row.problem, row.progress, row.ended_at = "", {}, None
    row.save()
    _queue(row)
    return row


def _queue(run: ErpRun) -> None:
    work_on_erp.defer(run=str(run.pk))


@transaction.atomic
def ask_export(*, by: User, with_files: bool) -> ErpExport:
    """Have all tables written out; the file can be loaded when it is ready."""
    export = ErpExport.objects.create(by=by, by_name=str(by)[:300], with_files=with_files)
    make_erp_export.defer(export=str(export.pk))
    return export
