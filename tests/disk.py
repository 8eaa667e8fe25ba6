"""Disks that end: one of so many bytes where this machine lets us mount, and everywhere a limit of this process."""

import resource
import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def no_file_longer_than(count):
    """Writing on where a file has so many bytes fails (EFBIG), as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def disk_of(folder, megabytes):
    """The folder as a disk of so many megabytes (tmpfs). Skips the test where nothing may be mounted."""
    folder.mkdir(exist_ok=True)
    size = f"size={megabytes}m"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "portal-test", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
