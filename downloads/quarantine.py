"""What becomes of a file in which a virus was found: looked at once more, or thrown away. Never published unlooked."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Upload
from .parts import part_of
from .uploading import State, UploadRefused, check_later


def why_not_looked_again() -> str:
    """Why the scanner cannot be asked once more, in a sentence, or ""."""
    if settings.CLAMAV_ADDRESS:
        return ""
    return _("No virus scanner is set up here. Without its word the file stays shut away.")


@transaction.atomic
def look_again(upload: Upload) -> Upload:
    """Have the worker ask the scanner once more; the scanner's new word decides. Raises UploadRefused."""
    row = _quarantined(upload)
    if sentence := why_not_looked_again():
        raise UploadRefused(sentence)
    check_later(row)
    row.updated_at = timezone.now()
    row.save(update_fields=["state", "updated_at"])
    try:
        # Nothing is read from there before the transaction ends.
        part_of(row).readmit()
    except FileNotFoundError as gone:
        raise UploadRefused(_("The file is gone from quarantine. It can only be discarded.")) from gone
    return row


@transaction.atomic
def discard(upload: Upload, reason: str = "") -> Upload:
    """Delete the bytes of a quarantined file; what was found stays written down. Raises UploadRefused."""
    row = _quarantined(upload)
    row.state, row.updated_at = State.REFUSED, timezone.now()
    row.problem = " · ".join(filter(None, [row.problem, reason.strip()]))[:300]
    row.save(update_fields=["state", "problem", "updated_at"])
    transaction.on_commit(part_of(row).discard)
    return row


def _quarantined(upload: Upload) -> Upload:
    row = Upload.objects.select_for_update(of=["self"]).filter(pk=upload.pk, state=State.QUARANTINED).first()
    if row is None:
        raise UploadRefused(_("This file is no longer in quarantine; somebody has decided already."))
    return row
