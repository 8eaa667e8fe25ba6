"""Several documents in one ZIP file, made while it is sent."""

import logging
import re

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

log = logging.getLogger("portal.contracts")
PIECE = 256 * 1024
# What Windows, macOS or a path would stumble over.
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


def first_missing(documents):
    """The number of a document whose file is gone from storage (logged), or ""."""
    for document in documents:
        if not document.file.storage.exists(document.file.name):
            log.error("A file is missing in storage: %s", document.file.name)
            return document.number
    return ""


def zip_response(documents, *, name):
    """The documents as one ZIP, read piece by piece and stored as they are: PDFs hardly shrink.

    The length is known beforehand, so a broken transfer shows as one.
    """
    from zipstream import ZipStream

    packed = ZipStream(sized=True)
    for document in documents:
        size = document.file.storage.size(document.file.name)
        packed.add(_pieces(document.file), name_inside(document), size=size)
    response = StreamingHttpResponse(packed, content_type="application/zip")
    response.headers["Content-Length"] = str(len(packed))
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def name_inside(document):
    """ "RE-7 Rechnung.pdf", with "v2" for later versions: unique, and safe to unpack anywhere."""
    version = f" v{document.version}" if document.version > 1 else ""
    return UNSAFE.sub("_", f"{document.number}{version} {document.file_name}")


def _pieces(field):
    with field.storage.open(field.name) as content:
        while piece := content.read(PIECE):
            yield piece
