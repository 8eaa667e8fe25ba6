"""Asking for a paper."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import translation

from accounts.models import Company, User

from .models import Paper
from .tasks import make_paper


@transaction.atomic
def ask_for(company: Company, kind: str, *, by: User, day: dt.date | None = None) -> Paper:
    """Have a paper made by the worker, in the language of this moment. Asking twice makes one. Returns the Paper."""
    wanted: dict[str, Any] = {"kind": kind, "day": day, "asked_by": by, "made_at": None}
    paper, is_new = Paper.objects.get_or_create(
        company=company, **wanted, defaults={"language": translation.get_language() or "de"}
    )
    if is_new:
        make_paper.defer(paper=str(paper.pk))
    return paper
