"""Files that only some people may have: stored under names of our own, handed over after the check."""

import hashlib
import logging
import mimetypes
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.deconstruct import deconstructible
from django.utils.http import content_disposition_header

log = logging.getLogger("portal.files")

View = TypeVar("View", bound=Callable[..., Any])


@deconstructible
class stored_name:
    """upload_to for a field: a generated name below a folder; of what the user called it only the type is kept."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, instance: Any, filename: str) -> str:
        return generated_name(self.folder, filename)


def generated_name(folder: str, filename: str) -> str:
    """ "folder/ab/abcdef….pdf": spread over 256 folders, unguessable, safe whatever the file was called."""
    name = uuid.uuid4().hex
    suffix = PurePosixPath(filename).suffix.lower()
    safe = suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8 else ""
    return f"{folder}/{name[:2]}/{name}{safe}"


def safe_name(name: str) -> str:
    """What people called a file, fit for any disk: no path, no control or direction signs; "" if nothing is left."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    kept = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[: 199 - len(suffix)]}.{suffix}" if dot and len(suffix) < 20 else kept[:200]


def sha256_of(file: Any) -> str:
    """SHA-256 in hex of an open file, read from its start in pieces."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


class StoreAway(OSError):
    """The S3-compatible store with the files does not answer."""


def is_store_trouble(error: BaseException | None) -> bool:
    """Whether the store's client raised it; by name, because it is installed only where it is used."""
    return type(error).__module__.startswith("botocore.")


@contextmanager
def store_asked() -> Iterator[None]:
    """What the store's client raises inside the block becomes StoreAway, so that a job tries again as with a disk."""
    try:
        yield
    except Exception as error:
        if is_store_trouble(error):
            raise StoreAway(str(error)) from error
        raise


# --- handing over ---


def sends_file(view: View) -> View:
    """Mark a view whose answer is a file: a page stands between it and a form (accounts.middleware.FilesAfterForms)."""
    view.sends_file = True  # type: ignore[attr-defined]  # a mark of ours on a function
    return view


INLINE = {".pdf": "application/pdf"}
# Long enough for a redirect, too short to be passed on; what has begun goes on.
SIGNED_SECONDS = 60


def serve_protected(
    request: HttpRequest, field: FieldFile, *, name: str, sha256: str, inline: bool = False, in_page: bool = False
) -> HttpResponseBase:
    """Answer with a file the caller has checked the permission for.

    field: a FieldFile. name: what the person's file is called (RFC 6266). sha256: its hash, the ETag for resuming.
    Out of an S3-compatible store the person is led to a short-lived signed address; behind nginx the file is handed
    over by X-Accel-Redirect: no worker is held. Else it is streamed, with Range.
    inline: let the browser show it, if it really is a PDF. in_page: a picture of our page, which may not come from a
    store elsewhere (img-src 'self'). Raises Http404, and logs, when it is gone from storage.
    """
    if not field.storage.exists(stored_as(field)):
        log.error("A file is missing in storage: %s", field.name)
        raise Http404
    kind, shown = _kind(field, name, inline)
    disposition = content_disposition_header(not shown, name) or "inline"
    if in_page and _is_signed(field):
        response = _streamed(request, field, kind, f'"{sha256}"')
    else:
        response = _answer(request, field, kind, disposition, f'"{sha256}"')
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def stored_as(field: FieldFile) -> str:
    """What a file is called in its storage; "" where there is none."""
    return field.name or ""


def _is_signed(field: FieldFile) -> bool:
    """Whether the file lies in a store that customers are led to."""
    return getattr(field.storage, "querystring_auth", False)


def _answer(request: HttpRequest, field: FieldFile, kind: str, disposition: str, etag: str) -> HttpResponseBase:
    is_signed = _is_signed(field)
    if not (is_signed or settings.X_ACCEL_PREFIX):
        return _streamed(request, field, kind, etag)
    size = field.storage.size(stored_as(field))
    if _asks_for_nothing(request, size):
        return _impossible(kind, size)
    if not is_signed:
        response = HttpResponse(content_type=kind)
        # The name comes from the database, never from the request.
        response.headers["X-Accel-Redirect"] = settings.X_ACCEL_PREFIX + quote(stored_as(field))
        return response
    if request.method == "HEAD":
        # The signed address is for GET alone.
        return HttpResponse(content_type=kind, headers={"Content-Length": str(size), "Accept-Ranges": "bytes"})
    said = {"ResponseContentDisposition": disposition, "ResponseContentType": kind}
    said["ResponseCacheControl"] = "private, no-store"
    # An S3 store's url() takes more than a folder's.
    store: Any = field.storage
    return HttpResponseRedirect(store.url(field.name, parameters=said, expire=SIGNED_SECONDS))


def _asks_for_nothing(request: HttpRequest, size: int) -> bool:
    """Whether nginx and S3 would refuse the Range: then the portal does, and no download has begun.

    With If-Range they may send the whole file instead, and only they know.
    """
    asked = request.headers.get("Range", "")
    if not asked.startswith("bytes=") or "If-Range" in request.headers:
        return False
    parts = [RANGE.fullmatch("bytes=" + part.strip()) for part in asked.removeprefix("bytes=").split(",")]
    if any(part is None or part.groups() == ("", "") for part in parts):
        return True
    return all(_bounds(part[1], part[2], size) is None for part in parts if part)


def _impossible(kind: str, size: int) -> HttpResponse:
    return HttpResponse(status=416, content_type=kind, headers={"Content-Range": f"bytes */{size}"})


def begins_download(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether an answer of serve_protected sends bytes of the file, or has them sent by nginx or the store."""
    return request.method == "GET" and response.status_code in {200, 206, 302}


def _kind(field: FieldFile, name: str, inline: bool) -> tuple[str, bool]:
    """(content type, whether it may be shown): only what begins like a PDF is called one and shown."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in INLINE:
        if _beginning(field, 5) == b"%PDF-":
            return INLINE[suffix], inline
        return "application/octet-stream", False
    guessed = mimetypes.guess_type(name)[0] or ""
    # Markup is never served as such from our own address.
    return (guessed if guessed in SAFE_TYPES else "application/octet-stream"), False


def _beginning(field: FieldFile, count: int) -> bytes:
    """The first bytes of a file; out of a store only those travel."""
    if bucket := getattr(field.storage, "bucket", None):
        return bucket.Object(field.name).get(Range=f"bytes=0-{count - 1}")["Body"].read()
    with field.storage.open(stored_as(field)) as content:
        return content.read(count)


SAFE_TYPES = {"application/zip", "application/pdf", "text/plain", "image/png", "image/jpeg"}


def _streamed(request: HttpRequest, field: FieldFile, kind: str, etag: str) -> HttpResponseBase:
    size = field.storage.size(stored_as(field))
    asked = _range(request, size, etag)
    if asked is None:
        return _impossible(kind, size)
    start, stop = asked
    whole = (start, stop) == (0, size)
    content = field.storage.open(stored_as(field))
    content.seek(start)
    response = StreamingHttpResponse(_pieces(content, stop - start), status=200 if whole else 206, content_type=kind)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Content-Length"] = str(stop - start)
    if not whole:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The bytes asked for as (start, stop); the whole for no or several ranges; None for an impossible one."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    # If-Range with another hash: the file is not the one that was begun.
    if not asked or asked.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return 0, size
    return _bounds(asked[1], asked[2], size)


def _bounds(first: str, last: str, size: int) -> tuple[int, int] | None:
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    start, stop = int(first), min(int(last) + 1 if last else size, size)
    return (start, stop) if start < stop else None


RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
PIECE = 256 * 1024


def _pieces(content: IO[bytes], left: int) -> Iterator[bytes]:
    with content:
        while left > 0 and (piece := content.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
