"""Who might do what at a company on a day that is over: the log of accesses, read from its beginning."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from .models import AccessEvent
from .rights import Right

Kind = AccessEvent.Kind


@dataclass
class Standing:
    """A person's access as it stood. person: the user's id; rights: Right value -> its last day or None."""

    person: int
    name: str
    is_holder: bool = False
    is_accepted: bool = False
    is_suspended: bool = False
    until: date | None = None
    rights: dict[str, date | None] = field(default_factory=dict)

    def may(self, on: date) -> list[Right]:
        """What the person might do on a day."""
        if not self.is_accepted or self.is_suspended or _is_over(self.until, on):
            return []
        return [right for right in Right if self.is_holder or not _is_over(self.rights.get(right, date.min), on)]


@dataclass
class DayOfAccess:
    """A company at the end of a day: whether its access was closed, and everybody who might do something."""

    is_blocked: bool
    people: list[tuple[Standing, list[Right]]]


def access_on(company: Any, on: date) -> DayOfAccess:
    """As it stood at the end of a day in Berlin. One query over the company's log up to then."""
    standings: dict[int, Standing] = {}
    is_blocked = False
    for event in company.access_events.filter(at__date__lte=on).order_by("pk").iterator(chunk_size=2000):
        if event.kind in (Kind.COMPANY_BLOCKED, Kind.COMPANY_OPENED):
            is_blocked = event.kind == Kind.COMPANY_BLOCKED
        elif event.person_id is not None:
            _apply(standings, event)
    people = [(one, may) for one in standings.values() if (may := one.may(on))]
    return DayOfAccess(is_blocked, sorted(people, key=lambda row: (not row[0].is_holder, row[0].name)))


def access_began() -> date | None:
    """The first day of which the log can tell everything; None where there is no line yet."""
    oldest = AccessEvent.objects.order_by("pk").values_list("at", flat=True).first()
    return timezone.localdate(oldest) if oldest else None


def _apply(standings: dict[int, Standing], event: AccessEvent) -> None:
    """One line of the log, onto what the lines before it came to."""
    person, detail = event.person_id, event.detail
    assert person is not None  # noqa: S101
    if event.kind in (Kind.ADDED, Kind.INVITED):
        is_in = event.kind == Kind.ADDED
        holder = bool(detail.get("holder"))
        standings[person] = Standing(person, event.person_name, holder, is_in, until=_day(detail.get("until")))
        return
    if event.kind in (Kind.REMOVED, Kind.WITHDRAWN):
        standings.pop(person, None)
        return
    if (standing := standings.get(person)) is not None:
        standing.name = event.person_name or standing.name
        _change(standing, Kind(event.kind), detail)


def _change(standing: Standing, kind: Kind, detail: dict[str, Any]) -> None:
    rights: Iterable[str] = detail.get("rights", ())
    if kind == Kind.SWITCHED_ON:
        standing.rights |= dict.fromkeys(rights, _day(detail.get("until")))
    elif kind == Kind.SWITCHED_OFF:
        for right in rights:
            standing.rights.pop(right, None)
    elif kind == Kind.END_CHANGED:
        standing.until = _day(detail.get("to"))
    elif kind in FLAGS:
        vars(standing).update(FLAGS[kind])


FLAGS = {
    Kind.ACCEPTED: {"is_accepted": True},
    Kind.SUSPENDED: {"is_suspended": True},
    Kind.RESUMED: {"is_suspended": False},
    Kind.HOLDER_NAMED: {"is_holder": True},
    Kind.HOLDER_ENDED: {"is_holder": False},
}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_over(last: date | None, on: date) -> bool:
    return last is not None and last < on
