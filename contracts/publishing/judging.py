"""What would become of each row: looked at for the preview, and once more, by the same rule, when it is published."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from accounts.models import Company
from accounts.numbers import companies_by_number
from portal.lib.clamav import ScannerAway
from portal.lib.files import sha256_of
from portal.lib.packages import PackageRefused
from portal.lib.uploads import MEGABYTE, SCANNER_AWAY, check_pdf

from ..models import Document, PublicationEntry
from .index import refuse
from .papers import MOST_MEGABYTES, Package, key_of

State = PublicationEntry.State
BATCH = 500


def find_companies(entries: list[PublicationEntry]) -> None:
    """Give each row its company, or the reason why it has none; a number that comes twice counts once."""
    found = companies_by_number(list({entry.customer for entry in entries if entry.customer}))
    lines: dict[str, int] = {}
    for entry in entries:
        entry.company = found.get(entry.customer)
        if entry.company is None:
            refuse(entry, _("No company has this number."))
        elif why := why_closed(entry.company):
            refuse(entry, why)
        elif first := lines.get(entry.number):
            refuse(entry, _("This document number stands in line %(line)d already.") % {"line": first})
        elif entry.state == State.WAITING:
            lines[entry.number] = entry.line


def why_closed(company: Company) -> str:
    """Why nothing is published for a company, in a sentence, or ""."""
    if company.has_ended or company.is_blocked:
        return _("The contract has ended, or the company is blocked.")
    return ""


def find_files(entries: list[PublicationEntry], package: Package, tell: object = None) -> list[str]:
    """Give each row its file's hash, or the reason why it has none; each file is looked at once.

    Returns the names of files that no row names. tell: called with the number of rows looked at. Raises ScannerAway.
    """
    seen: dict[str, tuple[str, str]] = {}
    for count, entry in enumerate(entries, 1):
        key = key_of(entry.source)
        if key and key not in seen:
            seen[key] = _look(package, entry.source)
        if key:
            entry.sha256, problem = seen[key]
            if problem:
                refuse(entry, problem)
        if callable(tell):
            tell(count)
    return [entry.filename for key, entry in package.names.items() if key and key not in seen]


def _look(package: Package, source: str) -> tuple[str, str]:
    """(SHA-256, why it cannot be published) of a file; one of them is ""."""
    entry = package.names.get(key_of(source))
    if entry is None:
        return "", _("This file is not in the package.")
    if entry.file_size > MOST_MEGABYTES * MEGABYTE:
        return "", _("The file is larger than %(most)d MB.") % {"most": MOST_MEGABYTES}
    try:
        with package.opened(source) as file:
            check_pdf(File(file), megabytes=MOST_MEGABYTES)
            return sha256_of(file), ""
    except PackageRefused as refusal:
        return "", str(refusal)
    except ValidationError as error:
        if error.code == SCANNER_AWAY:
            raise ScannerAway(error.messages[0]) from error
        return "", error.messages[0]


def find_fates(entries: Iterable[PublicationEntry]) -> None:
    """Say of each row that may be published what the filed documents make of it."""
    waiting = [entry for entry in entries if entry.state == State.WAITING]
    for start in range(0, len(waiting), BATCH):
        some = waiting[start : start + BATCH]
        newest = newest_of([entry.number for entry in some])
        for entry in some:
            entry.state, entry.version, entry.problem = fate_of(entry, newest.get(entry.number))


def newest_of(numbers: list[str]) -> dict[str, Document]:
    """Document number -> its newest version, whosever it is."""
    rows = Document.objects.filter(number__in=numbers, replaced_by=None).order_by("number", "version")
    return {row.number: row for row in rows}


def fate_of(entry: PublicationEntry, newest: Document | None) -> tuple[str, int, str]:
    """(state, version, reason) that a row has beside the newest document of its number."""
    if newest is None:
        return State.WAITING, 1, ""
    later = newest.version + 1
    if newest.company_id != entry.company_id:
        if newest.recall == Document.Recall.WRONG_COMPANY:
            return State.WAITING, later, ""
        return State.REFUSED, later, _("This document number is another company's.")
    if newest.deleted_at:
        return State.REFUSED, later, _("This document was deleted at the end of its retention.")
    if newest.sha256 == entry.sha256:
        if newest.recalled_at:
            return State.REFUSED, later, _("This very file was recalled.")
        return State.SAME, newest.version, ""
    return State.WAITING, later, ""
