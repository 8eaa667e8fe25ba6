"""What staff say of a publication: made, started, started again, left, recalled. The worker does the work."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.files import safe_name, sha256_of
from portal.lib.refusals import Refused

from ..models import Publication, PublicationEntry
from .judging import find_fates, why_closed
from .papers import end, names_in
from .tasks import work_on_publication

State = Publication.State
Entry = PublicationEntry.State


class PublicationRefused(Refused):
    """The publication cannot do that, or not any more."""


def make_package(upload: UploadedFile, *, name: str, tells: bool, by: User) -> Publication:
    """Keep a package and have it judged. Raises PackageRefused; nothing is kept then."""
    names_in(upload)
    with transaction.atomic():
        row = _new(upload, name, by, tells=tells, state=State.CHECKING, is_package=True)
        row.file.save("package.zip", upload, save=False)
        row.save()
        _queue(row)
    return row


@transaction.atomic
def make_one(
    upload: UploadedFile,
    companies: Iterable[Company],
    unknown: Iterable[str] = (),
    *,
    kind: str,
    number: str,
    title: str,
    dated_on: dt.date,
    tells: bool,
    by: User,
) -> Publication:
    """One paper, judged already, for many companies: ready to be looked at. unknown: numbers that mean no company.

    Each company's document has the number with the customer number behind it, as a number is one company's.
    """
    row = _new(upload, title, by, tells=tells, state=State.CHECKED, is_package=False)
    row.checked_at = timezone.now()
    row.file.save("paper.pdf", upload, save=False)
    row.save()
    shared = {"publication": row, "kind": kind, "title": title, "dated_on": dated_on, "source": row.file_name}
    entries = [
        PublicationEntry(
            **shared, line=line, company=company, customer=company.number, number=f"{number}-{company.number}",
            sha256=row.sha256, state=Entry.WAITING,
        )
        for line, company in enumerate(companies, 1)
    ]  # fmt: skip
    for entry in entries:
        if entry.company and (why := why_closed(entry.company)):
            entry.state, entry.problem = Entry.REFUSED, why
    find_fates(entries)
    nobody = {**shared, "state": Entry.REFUSED, "problem": _("No company has this number.")}
    entries += [
        PublicationEntry(**nobody, line=len(entries) + place, customer=typed[:60])
        for place, typed in enumerate(unknown, 1)
    ]
    PublicationEntry.objects.bulk_create(entries, batch_size=1000)
    return row


def _new(upload: UploadedFile, name: str, by: User, *, tells: bool, state: State, is_package: bool) -> Publication:
    return Publication(
        name=name, state=state, stage=state, is_package=is_package, tells=tells, by=by, by_name=str(by)[:300],
        file_name=safe_name(upload.name or "") or "file", size=upload.size or 0, sha256=sha256_of(upload),
    )  # fmt: skip


@transaction.atomic
def start(
    publication: Publication, *, by: User, without_refused: bool = False, over_filed: bool = False
) -> Publication:
    """Have it published. Raises PublicationRefused where nothing would be, or without the word that is needed.

    without_refused: rows that were refused are left out. over_filed: some documents replace one that is filed.
    """
    row = _locked(publication.pk, State.CHECKED)
    counts = row.counts()
    if not counts.get(Entry.WAITING):
        raise PublicationRefused(_("None of these documents can be published."))
    if counts.get(Entry.REFUSED) and not without_refused:
        raise PublicationRefused(
            _("Some rows are refused. Please say that the others are to be published without them.")
        )
    if counts["version"] and not over_filed:
        raise PublicationRefused(_("Some documents replace one that is filed. Please say that this is meant."))
    row.by, row.by_name = by, str(by)[:300]
    return _go_on(row, State.PUBLISHING)


@transaction.atomic
def start_again(publication: Publication, *, by: User) -> Publication:
    """Go on with one that was broken off, where it was. Raises PublicationRefused."""
    row = _locked(publication.pk, State.BROKEN)
    return _go_on(row, State(row.stage))


@transaction.atomic
def leave(publication: Publication, *, by: User) -> Publication:
    """Not to be published; its file goes. Raises PublicationRefused, also for one that was begun with."""
    row = _locked(publication.pk, *Publication.OPEN)
    if row.entries.exclude(document=None).exists():
        raise PublicationRefused(_("Some of it is published already. Please recall it instead."))
    row.by, row.by_name, row.state = by, str(by)[:300], State.LEFT
    end(row)
    return row


@transaction.atomic
def recall(publication: Publication, *, recall: str, reason: str, by: User) -> Publication:
    """Have all its documents taken back, each by contracts.recalling. recall: a Document.Recall.

    Raises PublicationRefused without a reason, and for one that is not published.
    """
    if not reason.strip():
        raise PublicationRefused(_("Please give the reason; the customer reads it."), "reason")
    row = _locked(publication.pk, State.DONE, State.BROKEN)
    if not row.entries.filter(document__recalled_at=None, document__deleted_at=None).exclude(document=None).exists():
        raise PublicationRefused(_("Nothing of it is left to recall."))
    row.recall, row.recall_reason = recall, reason.strip()[:500]
    row.by, row.by_name = by, str(by)[:300]
    return _go_on(row, State.RECALLING)


def _locked(pk: UUID, *states: State) -> Publication:
    row = Publication.objects.select_for_update(of=["self"]).get(pk=pk)
    if row.state not in states:
        words = _("Somebody was quicker: this publication is in the state “%s”.")
        raise PublicationRefused(words % row.get_state_display())
    return row


def _go_on(row: Publication, state: State) -> Publication:
    row.state = row.stage = state
    row.problem, row.ended_at = "", None
    row.save()
    _queue(row)
    return row


def _queue(row: Publication) -> None:
    work_on_publication.configure(lock=f"publication-{row.pk}").defer(publication=str(row.pk))
