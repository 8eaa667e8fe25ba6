"""Program files that have arrived: hashed, compared, scanned, then published as a whole or not at all."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.clamav import Scanner, ScannerAway
from portal.lib.constraints import broken_constraint
from portal.lib.deadline import Deadline
from portal.lib.each import each
from portal.lib.files import store_asked

from . import mails
from .models import ReleaseFile, Upload
from .parts import PIECE, Part, part_of, sweep

State = Upload.State
# A large program, hashed and looked at; less than its lane's (portal.lanes).
SCAN_SECONDS = 2 * 3600


class Seen(NamedTuple):
    """A file in one reading: bytes, SHA-256 in hex, name of a virus or ""."""

    size: int
    sha256: str
    found: str = ""


def name_taken() -> str:
    return _("This version has a file of that name already. A new build needs a new name.")


def check(pk: str) -> None:
    """Hash and scan a received file, then publish it or put it into quarantine. Run again, it does nothing more.

    One whose bytes are not those that were sent is refused. Raises ScannerAway or OSError when it has to be tried
    again; the upload says why it waits.
    """
    upload = Upload.objects.select_related("release").filter(pk=pk, state=State.CHECKING).first()
    if upload is None:
        return
    try:
        with store_asked():
            _fetch_incoming(upload)
            _decide(upload)
    except IntegrityError as error:
        if broken_constraint(error) != "release_file_once":
            raise
        # Two people sent a file of one name; the other's is published.
        _refuse(upload, name_taken())
    except (ScannerAway, OSError) as trouble:
        Upload.objects.filter(pk=pk).update(problem=str(trouble)[:300])
        raise


def _decide(upload: Upload) -> None:
    seen = _examine(upload)
    if seen is None:
        _refuse(upload, _("The file is gone from the server's disk. Please upload it again."))
    elif seen.found:
        _isolate(upload, seen.found)
    elif seen.size != upload.size or upload.sha256 not in ("", seen.sha256):
        _refuse(upload, _("What arrived is not the file that was sent. Please upload it again."))
    else:
        _publish(upload, seen.sha256)


def _fetch_incoming(upload: Upload) -> None:
    """Copied, not moved: whoever still writes to the original changes nothing any more."""
    source, part = Path(settings.INCOMING_DIR) / upload.incoming, part_of(upload)
    if not upload.incoming or part.size() is not None or default_storage.exists(upload.stored_name):
        return
    # Gone meanwhile: then there is nothing to examine, which is said.
    with suppress(FileNotFoundError), source.open("rb") as original:
        upload.size = part.take(original)


def _examine(upload: Upload) -> Seen | None:
    """The file in one reading; None where it is gone."""
    part = part_of(upload)
    if part.size() is not None:
        return _scanned(part)
    # A worker died between storing and saying so; what it stored had been examined.
    if not default_storage.exists(upload.stored_name):
        return None
    with default_storage.open(upload.stored_name) as stored:
        return Seen(stored.size, hashlib.file_digest(stored, "sha256").hexdigest())


def _scanned(waiting: Part) -> Seen:
    digest, size = hashlib.sha256(), 0
    with waiting.open() as part, Deadline(SCAN_SECONDS), Scanner(settings.CLAMAV_ADDRESS) as scanner:
        while piece := part.read(PIECE):
            digest.update(piece)
            size += len(piece)
            scanner.feed(piece)
        return Seen(size, digest.hexdigest(), scanner.verdict())


def _publish(upload: Upload, sha256: str) -> None:
    part = part_of(upload)
    if part.size() is not None:
        part.publish()
    with transaction.atomic():
        upload.file = ReleaseFile.objects.create(
            release=upload.release,
            title=upload.title,
            platform=upload.platform,
            file=upload.stored_name,
            file_name=upload.file_name,
            size=upload.size,
            sha256=sha256,
        )
        upload.state, upload.problem = State.DONE, ""
        upload.save()
    _forget_bytes(upload)


def _refuse(upload: Upload, problem: str) -> None:
    Upload.objects.filter(pk=upload.pk).update(state=State.REFUSED, problem=problem, file=None)
    default_storage.delete(upload.stored_name)
    part_of(upload).delete()


def _isolate(upload: Upload, found: str) -> None:
    """Never served: the bytes leave the place that publishing reads from; staff are told."""
    with transaction.atomic():
        upload.state, upload.problem = State.QUARANTINED, found
        upload.save()
        mails.mail_quarantined(upload)
        part_of(upload).isolate()
    _forget_bytes(upload)


def _forget_bytes(upload: Upload) -> None:
    part_of(upload).delete()
    if upload.incoming:
        with suppress(OSError):
            (Path(settings.INCOMING_DIR) / upload.incoming).unlink()


def forget_abandoned() -> None:
    """Uploads nobody went on with, and parts that belong to none, go after two days; lost pieces after hours."""
    before = timezone.now() - Upload.ABANDONED
    each(Upload.objects.filter(state=State.RECEIVING, updated_at__lt=before), _forget_upload)
    known = {pk.hex for pk in Upload.objects.exclude(state=State.DONE).values_list("pk", flat=True)}
    sweep(known, before)


def _forget_upload(upload: Upload) -> None:
    # Somebody may have gone on with it in this moment.
    before = timezone.now() - Upload.ABANDONED
    row = Upload.objects.select_for_update(of=["self"]).filter(pk=upload.pk, state=State.RECEIVING)
    if row.filter(updated_at__lt=before).first():
        Upload.objects.filter(pk=upload.pk).delete()
        part_of(upload).delete()
