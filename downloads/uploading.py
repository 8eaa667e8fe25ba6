"""Program files on their way in: received in pieces, hashed, scanned, published as a whole or not at all."""

import errno
import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.clamav import Scanner, ScannerAway
from portal.lib.constraints import broken_constraint
from portal.lib.each import each
from portal.lib.refusals import Refused

from . import mails
from .models import ReleaseFile, Upload
from .models.upload import folder, quarantine

State = Upload.State
PIECE = 1024 * 1024
# A file in the incoming folder that changed a moment ago is still being copied there.
SETTLED_SECONDS = 60
# Left free for everything else on the disk.
RESERVE = 512 * 1024 * 1024


class UploadRefused(Refused):
    """The file, or a piece of it, is not taken."""

    status = 400


@transaction.atomic
def begin_upload(release, *, by, title, platform, file_name, size, last_modified=""):
    """An upload to send pieces to; the one that was cut before, for the same file and person. Raises UploadRefused."""
    same = {"file_name": file_name, "size": size, "last_modified": last_modified, "started_by": by}
    begun = release.uploads.filter(state=State.RECEIVING, **same).first()
    if begun is not None and begun.part.exists():
        return begun
    _check_name(release, file_name)
    _check_room(size)
    upload = Upload.objects.create(release=release, title=title, platform=platform, **same)
    upload.part.touch(mode=0o640)
    return upload


def _check_name(release, file_name):
    waiting = release.uploads.filter(file_name=file_name, state=State.CHECKING)
    if waiting.exists() or release.files.filter(file_name=file_name).exists():
        raise UploadRefused(_name_taken())


def _name_taken():
    return _("This version has a file of that name already. A new build needs a new name.")


def _check_room(size):
    if shutil.disk_usage(folder()).free < size + RESERVE:
        raise UploadRefused(_("There is not enough room on the server's disk for this file."), status=507)


@transaction.atomic
def receive(upload, offset, stream, length):
    """Append one piece of so many bytes at an offset; returns the upload. After the last one the check begins.

    Raises UploadRefused, with everything as before the piece, when it is not the next one, is cut short, is longer
    than the file, or does not fit on the disk.
    """
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.state != State.RECEIVING or offset != upload.received:
        raise UploadRefused(_("This is not the next piece."), status=409)
    if length < 1 or offset + length > upload.size:
        raise UploadRefused(_("The piece does not fit into the file."))
    _append(upload.part, offset, stream, length)
    upload.received, upload.updated_at = offset + length, timezone.now()
    if upload.received == upload.size:
        _check_later(upload)
    upload.save(update_fields=["received", "updated_at", "state"])
    return upload


def _append(path, offset, stream, length):
    """Write exactly length bytes at offset, or none that count: what lies behind the offset is overwritten later."""
    left = length
    try:
        with path.open("r+b") as part:
            part.seek(offset)
            while left and (piece := stream.read(min(PIECE, left))):
                part.write(piece)
                left -= len(piece)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            # Django's word for a client that went away is an OSError too.
            raise UploadRefused(_("The connection was lost. Please send the part again."), 408) from error
        with suppress(OSError):
            os.truncate(path, offset)
        sentence = _("The server's disk is full. Nothing was published; please tell your administrator.")
        raise UploadRefused(sentence, 507) from error
    if left:
        raise UploadRefused(_("The connection was lost. Please send the part again."), 408)


def take_whole(upload, file):
    """A file that came in one request, without the script."""
    upload.part.write_bytes(b"")
    return receive(upload, 0, file, file.size)


def incoming_files():
    """Names in the incoming folder (settings.INCOMING_DIR) that may be taken: plain files that lie still."""
    place = settings.INCOMING_DIR
    if not place or not Path(place).is_dir():
        return []
    with os.scandir(place) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and _lies_still(entry))


def _lies_still(entry):
    # A link could lead anywhere.
    return entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < time.time() - SETTLED_SECONDS


@transaction.atomic
def take_incoming(release, name, *, by, title, platform, file_name):
    """Have the worker publish a file that lies in the incoming folder. Raises UploadRefused."""
    if name not in incoming_files():
        raise UploadRefused(_("This file is not in the incoming folder, or is still being copied there."))
    _check_name(release, file_name)
    size = (Path(settings.INCOMING_DIR) / name).stat().st_size
    _check_room(size)
    upload = Upload(
        release=release, title=title, platform=platform, file_name=file_name, size=size, started_by=by, incoming=name
    )
    _check_later(upload)
    upload.save()
    return upload


def _check_later(upload):
    from .tasks import check_upload

    upload.state = State.CHECKING
    check_upload.configure(lock=f"upload-{upload.pk}").defer(upload=str(upload.pk))


def check(pk):
    """Hash and scan a received file, then publish it or put it into quarantine. Run again, it does nothing more.

    Raises ScannerAway or OSError when it has to be tried again; the upload says why it waits.
    """
    upload = Upload.objects.select_related("release").filter(pk=pk, state=State.CHECKING).first()
    if upload is None:
        return
    try:
        _fetch_incoming(upload)
        sha256, found = _examine(upload)
        if found:
            _isolate(upload, found)
        else:
            _publish(upload, sha256)
    except IntegrityError as error:
        if broken_constraint(error) != "release_file_once":
            raise
        # Two people sent a file of one name; the other's is published.
        _refuse(upload)
    except (ScannerAway, OSError) as trouble:
        Upload.objects.filter(pk=pk).update(problem=str(trouble)[:300])
        raise


def _fetch_incoming(upload):
    """Copied, not moved: whoever still writes to the original changes nothing any more."""
    if upload.incoming and not upload.part.exists() and not default_storage.exists(upload.stored_name):
        copy = upload.part.with_suffix(".copy")
        shutil.copyfile(Path(settings.INCOMING_DIR) / upload.incoming, copy, follow_symlinks=False)
        copy.rename(upload.part)
        upload.size = upload.part.stat().st_size


def _examine(upload):
    """(SHA-256 in hex, name of a virus or ""), in one reading."""
    if not upload.part.exists():
        # A worker died between storing and saying so; what it stored had been examined.
        with default_storage.open(upload.stored_name) as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest(), ""
    digest = hashlib.sha256()
    with upload.part.open("rb") as part, Scanner(settings.CLAMAV_ADDRESS) as scanner:
        while piece := part.read(PIECE):
            digest.update(piece)
            scanner.feed(piece)
        return digest.hexdigest(), scanner.verdict()


class _Moved(File):
    """Tells the storage that the file may be moved instead of copied."""

    def temporary_file_path(self):
        return self.name


def _publish(upload, sha256):
    if upload.part.exists():
        default_storage.delete(upload.stored_name)
        with upload.part.open("rb") as part:
            default_storage.save(upload.stored_name, _Moved(part, str(upload.part)))
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


def _refuse(upload):
    Upload.objects.filter(pk=upload.pk).update(state=State.REFUSED, problem=_name_taken(), file=None)
    default_storage.delete(upload.stored_name)
    _forget_bytes(upload)


def _isolate(upload, found):
    """Never served: the bytes leave the place that publishing reads from; staff are told."""
    with transaction.atomic():
        upload.state, upload.problem = State.QUARANTINED, found
        upload.save()
        mails.mail_quarantined(upload)
        os.replace(upload.part, quarantine() / upload.pk.hex)
    _forget_bytes(upload)


def _forget_bytes(upload):
    upload.part.unlink(missing_ok=True)
    if upload.incoming:
        with suppress(OSError):
            (Path(settings.INCOMING_DIR) / upload.incoming).unlink()


def forget_abandoned():
    """Uploads nobody went on with, and parts that belong to none, go after two days."""
    before = timezone.now() - Upload.ABANDONED
    each(Upload.objects.filter(state=State.RECEIVING, updated_at__lt=before), _forget_upload)
    known = {pk.hex for pk in Upload.objects.exclude(state=State.DONE).values_list("pk", flat=True)}
    for path in folder().iterdir():
        if path.stem not in known and path.stat().st_mtime < before.timestamp():
            path.unlink()


def _forget_upload(upload):
    upload.part.unlink(missing_ok=True)
    upload.delete()
