"""Program files on their way in: received in pieces, each on the disk before it is acknowledged."""

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from portal.lib.database import let_go
from portal.lib.refusals import Refused

from .models import Release, Upload
from .parts import PIECE, has_room, part_of
from .publishing import name_taken
from .tasks import check_upload

State = Upload.State
# A file in the incoming folder that changed a moment ago is still being copied there.
SETTLED_SECONDS = 60
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Readable(Protocol):
    """A request, or a file: what gives its bytes from the front."""

    def read(self, size: int, /) -> bytes: ...


class UploadRefused(Refused):
    """The file, or a piece of it, is not taken."""

    status = 400


@transaction.atomic
def begin_upload(
    release: Release, *, by: User, title: str, platform: str, file_name: str, size: int, last_modified: str = ""
) -> Upload:
    """An upload to send pieces to; the one that was cut before, for the same file and person. Raises UploadRefused.

    What it says of received bytes lies on the disk, or in the store.
    """
    # Pressed twice, the second finds the upload of the first.
    Release.objects.select_for_update(of=["self"]).get(pk=release.pk)
    same = {"file_name": file_name, "size": size, "last_modified": last_modified, "started_by": by}
    begun = release.uploads.select_for_update(of=["self"]).filter(state=State.RECEIVING, **same).first()
    if begun is not None:
        _count_anew(begun)
        return begun
    _check_name(release, file_name)
    _check_room(size)
    upload = Upload.objects.create(release=release, title=title, platform=platform, **same)
    part_of(upload).make()
    return upload


def _check_name(release: Release, file_name: str) -> None:
    waiting = release.uploads.filter(file_name=file_name, state=State.CHECKING)
    if waiting.exists() or release.files.filter(file_name=file_name).exists():
        raise UploadRefused(name_taken())


def _check_room(size: int) -> None:
    if not has_room(size):
        raise UploadRefused(_("There is not enough room on the server's disk for this file."), status=507)


def received_of(upload: Upload) -> Upload:
    """The upload with as many received bytes as lie there; fewer after a power cut, or in a restored folder."""
    with transaction.atomic():
        row = _locked(upload)
        _count_anew(row)
    return row


def _locked(upload: Upload) -> Upload:
    row = Upload.objects.select_for_update(of=["self"]).filter(pk=upload.pk).first()
    if row is None:
        raise UploadRefused(_("This upload was given up long ago. Please choose the file again."), status=410)
    return row


def _count_anew(upload: Upload) -> bool:
    """Bring the count down to what lies there; returns whether some bytes were gone. The row is locked."""
    if upload.state != State.RECEIVING:
        return False
    part = part_of(upload)
    if (there := part.size()) is None:
        part.make()
        there = 0
    if there >= upload.received:
        return False
    upload.received = there
    upload.save(update_fields=["received"])
    return True


def receive(upload: Upload, offset: int, stream: Readable, length: int, *, sha256: str = "") -> Upload:
    """Append one piece of so many bytes at an offset; returns the upload. After the last one the check begins.

    sha256: of the whole file, in hex, as who sends it has reckoned; with the last piece. Raises UploadRefused, with
    everything as before the piece, when it is not the next one, is cut short, is longer than the file, or does not fit
    on the disk. While the piece arrives, however slowly, no row is locked and no connection to the database is held.
    """
    if sha256 and not re.fullmatch("[0-9a-f]{64}", sha256):
        raise UploadRefused(_("This is no SHA-256 of the file."))
    _check_next(received_of(upload), offset, length)
    let_go()
    with _arrived(upload, stream, length) as piece:
        return _append(upload, offset, piece, length, sha256)


def _check_next(upload: Upload, offset: int, length: int) -> None:
    if upload.state != State.RECEIVING or offset != upload.received:
        raise UploadRefused(_("This is not the next piece."), status=409)
    if length < 1 or offset + length > upload.size:
        raise UploadRefused(_("The piece does not fit into the file."))


@contextmanager
def _arrived(upload: Upload, stream: Readable, length: int) -> Iterator[IO[bytes]]:
    with full_disk_said(), part_of(upload).arriving() as piece:
        _copy(stream, piece, length)
        yield piece


def _copy(stream: Readable, piece: IO[bytes], length: int) -> None:
    left = length
    while left and (some := _read(stream, min(PIECE, left))):
        piece.write(some)
        left -= len(some)
    if left:
        raise UploadRefused(_line_cut(), status=408)
    piece.seek(0)


def _read(stream: Readable, most: int) -> bytes:
    try:
        return stream.read(most)
    except OSError as error:
        # Django's word for a client that went away.
        raise UploadRefused(_line_cut(), status=408) from error


def _line_cut() -> str:
    return _("The connection was lost. Please send the part again.")


@contextmanager
def full_disk_said() -> Iterator[None]:
    """A disk without room becomes a refusal in words."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        sentence = _("The server's disk is full. Nothing was published; please tell your administrator.")
        raise UploadRefused(sentence, status=507) from error


def _append(upload: Upload, offset: int, piece: IO[bytes], length: int, sha256: str) -> Upload:
    """Put an arrived piece where it belongs, if that is still the next place. Takes as long as the disk, no longer."""
    with transaction.atomic():
        row = _locked(upload)
        if not (was_cut := _count_anew(row)):
            _check_next(row, offset, length)
            with full_disk_said():
                part_of(row).write(offset, piece)
            row.received, row.updated_at = offset + length, timezone.now()
            if row.received == row.size:
                row.sha256 = sha256
                check_later(row)
            row.save(update_fields=["received", "updated_at", "state", "sha256"])
    if was_cut:
        raise UploadRefused(_("This is not the next piece."), status=409)
    return row


def take_whole(upload: Upload, file: UploadedFile) -> Upload:
    """A file that came in one request, without the script. What arrived here is what the worker has to find."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    part_of(upload).delete()
    return receive(received_of(upload), 0, file, file.size or 0, sha256=digest.hexdigest())


def incoming_files() -> list[str]:
    """Names in the incoming folder (settings.INCOMING_DIR) that may be taken: plain files that lie still."""
    place = settings.INCOMING_DIR
    if not place or not Path(place).is_dir():
        return []
    with os.scandir(place) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and _lies_still(entry))


def _lies_still(entry: os.DirEntry) -> bool:
    # A link could lead anywhere.
    return entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < time.time() - SETTLED_SECONDS


@transaction.atomic
def take_incoming(release: Release, name: str, *, by: User, title: str, platform: str, file_name: str) -> Upload:
    """Have the worker publish a file that lies in the incoming folder. Raises UploadRefused."""
    if name not in incoming_files():
        raise UploadRefused(_("This file is not in the incoming folder, or is still being copied there."))
    _check_name(release, file_name)
    size = (Path(settings.INCOMING_DIR) / name).stat().st_size
    _check_room(size)
    upload = Upload(
        release=release, title=title, platform=platform, file_name=file_name, size=size, started_by=by, incoming=name
    )
    check_later(upload)
    upload.save()
    return upload


def check_later(upload: Upload) -> None:
    """The worker examines it once this transaction ends; the row is the caller's to save."""
    upload.state = State.CHECKING
    check_upload.configure(lock=f"upload-{upload.pk}").defer(upload=str(upload.pk))
