"""Whether this host lives, and whether visitors may be sent to it (docs/decisions: a late mail shuts no door)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from access.door import public_view
from portal.lib.files import is_store_trouble

from . import figures

# Seconds a job may wait before it is said to be late: longer than the worker's own pauses after a fault.
LATE = 900


@dataclass(frozen=True)
class State:
    """needed: without it no page can be answered, so the host is not ready."""

    name: str
    word: str
    needed: bool

    @property
    def is_well(self) -> bool:
        return self.word == "ok"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return "ok"


def _storage() -> str:
    default_storage.exists("health")
    return "ok"


def _queue() -> str:
    return "ok" if figures.oldest_job() < LATE else "late"


def _mail() -> str:
    waiting = "select from portal_mailhandover where state = 'waiting' and at < now() - %s * interval '1 second'"
    with connection.cursor() as cursor:
        cursor.execute(f"select exists({waiting})", [LATE])
        return "late" if cursor.fetchone()[0] else "ok"


def _ask(question: Callable[[], str]) -> str:
    try:
        return question()
    except DatabaseError:
        return "away"
    except Exception as error:
        if is_store_trouble(error):
            return "away"
        raise


def states() -> list[State]:
    """What a host needs and what it works with. Never raises for what is away."""
    questions = [
        ("database", _database, True),
        ("storage", _storage, True),
        ("queue", _queue, False),
        ("mail", _mail, False),
    ]
    return [State(name, _ask(question), needed) for name, question, needed in questions]


@public_view
def health_live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; asks nothing of the database: a restart would not bring that back."""
    return JsonResponse({"process": "ok"})


@public_view
def health_ready(request: HttpRequest) -> JsonResponse:
    """200 while pages can be answered, else 503; says for database, storage, queue and mail "ok", "late" or "away"."""
    found = states()
    status = 200 if all(state.is_well for state in found if state.needed) else 503
    answer = JsonResponse({state.name: state.word for state in found}, status=status)
    if status == 503:
        answer.headers["Retry-After"] = "20"
    return answer
