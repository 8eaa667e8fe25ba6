"""What people upload: size and content are looked at, the name they gave is not trusted."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from .clamav import Scanner, ScannerAway
from .deadline import Deadline, TimeOver

MEGABYTE = 1024 * 1024
# Somebody waits for the page meanwhile.
SCAN_SECONDS, SCAN_SECONDS_IN_ALL = 10, 30
# The code of the refusal that is nobody's fault: the same file may pass in a few minutes.
SCANNER_AWAY = "scanner_away"


def check_pdf(upload: File, *, megabytes: int) -> None:
    """Refuse what is no readable, clean PDF of at most so many megabytes.

    Raises ValidationError in the person's language, also while the virus scanner (settings.CLAMAV_ADDRESS) is away.
    """
    if (upload.size or 0) > megabytes * MEGABYTE:
        raise ValidationError(_("The file is larger than %(most)d MB.") % {"most": megabytes})
    upload.seek(0)
    if not _has_pages(upload):
        raise ValidationError(_("This is not a PDF that can be read. Please save the paper as PDF."))
    _check_clean(upload)


def check_xml(upload: File, *, megabytes: int) -> None:
    """The same for a file that is to be XML; what it says is judged where it is read. Raises ValidationError."""
    if (upload.size or 0) > megabytes * MEGABYTE:
        raise ValidationError(_("The file is larger than %(most)d MB.") % {"most": megabytes})
    upload.seek(0)
    if not upload.read(200).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise ValidationError(_("This is no XML."))
    _check_clean(upload)


def _has_pages(upload: File) -> bool:
    """Whether there is a page to look at: HTML or a picture under the name of a PDF has none."""
    # Few web processes ever read a paper; its reader takes 5 MB of each.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return upload.read(5) == b"%PDF-" and len(PdfReader(upload).pages) > 0
    except (PyPdfError, ValueError, KeyError, RecursionError, OSError, TypeError, AttributeError):
        return False
    finally:
        upload.seek(0)


def _check_clean(upload: File) -> None:
    try:
        with Deadline(SCAN_SECONDS_IN_ALL), Scanner(settings.CLAMAV_ADDRESS, SCAN_SECONDS) as scanner:
            for piece in upload.chunks():
                scanner.feed(piece)
            found = scanner.verdict()
    except (ScannerAway, TimeOver) as away:
        text = _("The file cannot be checked for viruses at the moment. Please try again in a few minutes.")
        raise ValidationError(text, code=SCANNER_AWAY) from away
    finally:
        upload.seek(0)
    if found:
        raise ValidationError(_("This file carries malicious software (%s) and was not stored.") % found)
