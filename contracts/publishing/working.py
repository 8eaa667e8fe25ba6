"""What the worker does with a publication: judges a package, publishes company by company, recalls, all repeatable."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from access.acting import Actor
from accounts.models import Company
from portal.lib.days import today
from portal.lib.each import each
from portal.lib.files import safe_name, store_asked
from portal.lib.refusals import Refused

from .. import mails
from ..filing import file_version
from ..models import Document, Publication, PublicationEntry
from ..recalling import recall_documents
from .index import read_index
from .judging import fate_of, find_companies, find_fates, find_files, why_closed
from .papers import Papers, end, opened_package, papers_of

State = Publication.State
Entry = PublicationEntry.State
TASK = "work_on_publication"
# Companies looked for at once.
BATCH = 100
MOST_UNNAMED = 50


class NotAllDone(Exception):
    """Some companies failed; which and why, stands in the admin. The job is tried again."""


def work_on(pk: str) -> None:
    """Do what a publication is at; where it is at nothing, do nothing. What is done already is not done again."""
    row = Publication.objects.select_related("by").filter(pk=pk).first()
    if row is None or row.state not in Publication.WORKING:
        return
    works: dict[str, Callable[[Publication], None]] = {
        State.CHECKING: judge,
        State.PUBLISHING: publish,
        State.RECALLING: take_back,
    }
    with store_asked():
        works[row.state](row)


def judge(row: Publication) -> None:
    """Read the index, look at every file, and store what would become of each row."""
    try:
        with opened_package(row) as package:
            entries = read_index(package.read(""))
            find_companies(entries)
            unnamed = find_files(entries, package)
    except Refused as refusal:
        with transaction.atomic():
            if held := _held(row, State.CHECKING):
                held.state, held.problem = State.REFUSED, str(refusal)[:500]
                end(held)
        return
    find_fates(entries)
    with transaction.atomic():
        if held := _held(row, State.CHECKING):
            held.entries.all().delete()
            for entry in entries:
                entry.publication = held
            PublicationEntry.objects.bulk_create(entries, batch_size=1000)
            held.unnamed = [len(unnamed), *(name[:200] for name in unnamed[:MOST_UNNAMED])]
            held.state = held.stage = State.CHECKED
            held.checked_at = timezone.now()
            held.save()


def _held(row: Publication, state: State) -> Publication | None:
    """The publication, held until the transaction ends; None where it is at something else by now."""
    return Publication.objects.select_for_update(of=["self"]).filter(pk=row.pk, state=state).first()


def publish(row: Publication) -> None:
    """Company by company, each in a transaction of its own. Raises NotAllDone."""
    waiting = row.entries.filter(state=Entry.WAITING)
    with papers_of(row) as papers:
        failed = _company_by_company(waiting, partial(publish_for, row, papers))
    _finish(row, State.PUBLISHING, State.DONE, failed)


def _company_by_company(entries: Any, do: Callable[[Company], None]) -> set[int]:
    """do(company) for the company of each of the rows, until none is left; returns those that failed."""
    failed: set[int] = set()
    while True:
        rows = entries.exclude(company__in=failed).order_by("company").values_list("company", flat=True)
        companies = Company.objects.filter(pk__in=list(rows.distinct()[:BATCH])).order_by("pk")
        if not companies:
            return failed
        failed |= {company.pk for company, _error in each(companies, do)}


def _finish(row: Publication, state: State, then: State, failed: set[int]) -> None:
    if failed:
        raise NotAllDone(row.pk)
    with transaction.atomic():
        if held := _held(row, state):
            held.state = held.stage = then
            end(held)


def publish_for(publication: Publication, papers: Papers, company: Company) -> None:
    """All documents of one company, looked at once more under its lock, and one mail. Inside a transaction."""
    actor = _actor(publication, company).enter()
    mine = publication.entries.filter(company=company, state=Entry.WAITING)
    entries = list(mine.select_for_update(of=["self"]).order_by("line"))
    why = why_closed(actor.company)
    filed = []
    for entry in entries:
        document = None if why else _publish_one(publication, papers, actor.company, entry)
        if document:
            filed.append(document)
        elif entry.state == Entry.WAITING:
            entry.state, entry.problem = Entry.LEFT_OUT, entry.problem or why
        entry.save(update_fields=["state", "problem", "document"])
    shown = [document for document in filed if document.dated_on <= today()]
    if publication.tells and shown:
        mails.mail_published(actor.company, shown)


def _actor(publication: Publication, company: Company) -> Actor:
    """Who said so; the vendor alone where that account is gone."""
    return Actor.staff(publication.by, company.pk) if publication.by else Actor.erp(company.pk)


def _publish_one(
    publication: Publication, papers: Papers, company: Company, entry: PublicationEntry
) -> Document | None:
    """The Document, filed now; None, with the reason at the entry, where things are not as the preview said."""
    filed = Document.objects.select_for_update(of=["self"]).filter(number=entry.number)
    newest = filed.order_by("-version").first()
    state, version, problem = fate_of(entry, newest)
    if newest and newest.recalled_at and publication.checked_at and newest.recalled_at > publication.checked_at:
        problem = _("The document that it would replace was recalled meanwhile.")
    elif state == Entry.WAITING and version != entry.version:
        problem = _("Another version of this document was filed meanwhile.")
    if problem or state != Entry.WAITING:
        entry.state, entry.problem = (Entry.LEFT_OUT, problem) if problem else (Entry.SAME, "")
        return None
    name = safe_name(f"{entry.number}.pdf".replace("/", "-").replace("\\", "-"))
    document = Document(
        company=company, number=entry.number, kind=entry.kind, title=entry.title, dated_on=entry.dated_on or today(),
        file_name=name, sha256=entry.sha256,
    )  # fmt: skip
    papers.put(document, entry)
    entry.document, entry.state = file_version(document, newest), Entry.DONE
    return document


def take_back(row: Publication) -> None:
    """Recall what is published and not recalled yet, company by company. Raises NotAllDone."""
    left = row.entries.filter(document__recalled_at=None, document__deleted_at=None).exclude(document=None)
    failed = _company_by_company(left, partial(take_back_from, row))
    _finish(row, State.RECALLING, State.RECALLED, failed)


def take_back_from(publication: Publication, company: Company) -> None:
    """All of one company's documents, with one mail to each reader. Inside a transaction."""
    actor = _actor(publication, company).enter()
    published = Document.objects.filter(published_by__publication=publication, company=company)
    left = published.filter(recalled_at=None, deleted_at=None).select_for_update(of=["self"]).order_by("pk")
    words = {"recall": publication.recall, "reason": publication.recall_reason}
    recall_documents(list(left), by=actor.user or publication.by_name, **words)


def mark_broken() -> int:
    """Publications at work of which no job is left, whatever became of it, are broken off; returns how many."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    alive = {str(args.get("publication")) for args in jobs.values_list("args", flat=True)}
    words = _("The worker died while it did this, or its time was over.")
    broken = 0
    for row in Publication.objects.filter(state__in=Publication.WORKING):
        if str(row.pk) not in alive:
            still = Publication.objects.filter(pk=row.pk, state=row.state)
            broken += still.update(state=State.BROKEN, problem=words, ended_at=timezone.now())
    return broken
