"""Disks that fill up: said to staff while there is still room."""

import os
import shutil
import tempfile
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from .storage import WholeFiles

WORK = "portal.disk"
MEGABYTE = 1_000_000
# Of a disk's names, or of its bytes where it is small.
LEAST_SHARE = 0.02


def places() -> dict[str, Path]:
    """Where the portal writes, by the name under which staff know it; each disk once."""
    named = {"DATA_DIR": Path(settings.DATA_DIR), "STATIC_ROOT": Path(settings.STATIC_ROOT)}
    named |= {"TMPDIR": Path(tempfile.gettempdir())}
    disks: dict[int, tuple[str, Path]] = {}
    for name, path in named.items():
        if path.is_dir():
            disks.setdefault(path.stat().st_dev, (name, path))
    return dict(disks.values())


def shortage(path: Path, least_mb: int) -> str:
    """What is short on the disk that a folder lies on, in words; "" while there is enough.

    Enough is least_mb, or a tenth of a disk that is smaller than ten times that, and two of a hundred names.
    """
    room = shutil.disk_usage(path)
    least = min(least_mb * MEGABYTE, room.total // 10)
    if room.free < least:
        sizes = {"free": room.free // MEGABYTE, "total": room.total // MEGABYTE}
        return _("%(free)d of %(total)d MB are free") % sizes
    names = os.statvfs(path)
    if names.f_files and names.f_favail < names.f_files * LEAST_SHARE:
        counts = {"free": names.f_favail, "total": names.f_files}
        return _("%(free)d of %(total)d file names (inodes) are free") % counts
    return ""


def look_at_space() -> dict[str, str]:
    """Note for staff where room ends (settings.DISK_LEAST_MB), until there is room again. Returns what was noted."""
    short = {name: words for name, path in places().items() if (words := shortage(path, settings.DISK_LEAST_MB))}
    troubles = apps.get_model("portal.Trouble").objects
    for name, words in short.items():
        troubles.note(WORK, name, words)
    troubles.filter(work=WORK).exclude(row__in=short).delete()
    return short


def sweep() -> None:
    """Take away what processes that were killed left half written."""
    if isinstance(default_storage, WholeFiles):
        default_storage.sweep()
