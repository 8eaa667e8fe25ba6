"""Files that only some people may have: stored under names of our own, handed over after the check."""

import hashlib
import mimetypes
import uuid
from pathlib import PurePosixPath

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.deconstruct import deconstructible
from django.utils.http import content_disposition_header


@deconstructible
class stored_name:
    """upload_to for a field: a generated name below a folder, keeping nothing of what the user called it but its type."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, instance, filename):
        return generated_name(self.folder, filename)


def generated_name(folder, filename):
    """ "folder/ab/abcdef….pdf": spread over 256 folders, unguessable, safe whatever the file was called."""
    name = uuid.uuid4().hex
    suffix = PurePosixPath(filename).suffix.lower()
    safe = suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8 else ""
    return f"{folder}/{name[:2]}/{name}{safe}"


def sha256_of(file):
    """SHA-256 in hex of an open file, read from its start in pieces."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
