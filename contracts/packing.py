"""Several documents in one ZIP file, made while it is sent."""

import logging
import re

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

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


def missing_sentence(documents):
    """What to tell somebody whose documents cannot be packed because a file is gone, or ""."""
    if not (number := first_missing(documents)):
        return ""
    words = {"number": number, "mail": settings.BRAND["info_mail"], "phone": settings.BRAND["phone"]}
    return _("The file of %(number)s is missing. Please write to %(mail)s or call us: %(phone)s") % words


def zip_response(documents, *, name, extras=(), files=()):
    """The documents as one ZIP, read piece by piece and stored as they are: PDFs hardly shrink.

    extras: (name, bytes) that come first; files: (FieldFile, name) that come last. The length is known beforehand, so
    a broken transfer shows as one.
    """
    from zipstream import ZipStream

    packed = ZipStream(sized=True)
    for inside, content in extras:
        packed.add(content, inside)
    for document in documents:
        size = document.file.storage.size(document.file.name)
        packed.add(_pieces(document.file), name_inside(document), size=size)
    for field, inside in files:
        packed.add(_pieces(field), inside, size=field.storage.size(field.name))
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
