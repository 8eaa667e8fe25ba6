"""Making a paper: with what the person who asked may see at that moment."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation

from access.door import rights_of
from access.rights import Right
from downloads.holdings_paper import holdings_paper
from portal.asof.paper import as_of_paper

from .access_paper import access_paper
from .models import Paper

# Makes the file, and writes on the row what the next paper is to be compared with.
Maker = Callable[[Paper], bytes]


def _holdings(paper: Paper) -> bytes:
    return holdings_paper(paper.company, paper.rights, paper.day)


def _day(paper: Paper) -> bytes:
    return as_of_paper(paper.company, paper.rights, paper.day)


# kind -> (the right without which there is none, the rights whose matters may stand in it, what makes it).
MAKERS: dict[str, tuple[Right | None, set[Right], Maker]] = {
    Paper.Kind.HOLDINGS: (Right.CONTRACTS, {Right.CONTRACTS, Right.DOWNLOADS}, _holdings),
    Paper.Kind.DAY: (None, {Right.CONTRACTS, Right.ACCESS}, _day),
    Paper.Kind.ACCESS: (Right.ACCESS, {Right.ACCESS}, access_paper),
}


@transaction.atomic
def finish(pk: UUID | str) -> None:
    """Make the file; run again it does nothing. Who may not see it any more gets none."""
    paper = Paper.objects.select_for_update(of=["self"]).select_related("company").filter(pk=pk, made_at=None).first()
    if paper is None:
        return
    needs, shown, make = MAKERS[paper.kind]
    membership = paper.company.memberships.open().filter(user=paper.asked_by).first()
    rights = rights_of(membership) if membership else set()
    if membership is None or (needs and needs not in rights):
        paper.delete()
        return
    paper.rights = sorted(rights & shown)
    with translation.override(paper.language):
        content = make(paper)
    paper.made_at, paper.sha256 = timezone.now(), hashlib.sha256(content).hexdigest()
    paper.file.save("paper.pdf", ContentFile(content), save=False)
    paper.save()
