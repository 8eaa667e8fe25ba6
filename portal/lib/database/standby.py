"""Long reads from a standby, where settings name one: the primary is left to who waits for a page."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

log = logging.getLogger("portal.database")

STANDBY = "standby"
_is_wanted: ContextVar[bool] = ContextVar("portal_standby", default=False)


@contextmanager
def from_standby() -> Iterator[None]:
    """What is only read inside the block comes from the standby, some moments old; from the primary where there is
    none, or none that answers. Nothing is locked inside of it, and what is written goes to the primary as ever."""
    is_there = _answers()
    token = _is_wanted.set(is_there)
    try:
        yield
    finally:
        _is_wanted.reset(token)
        if is_there:
            connections[STANDBY].close()


def _answers() -> bool:
    if STANDBY not in connections:
        return False
    standby = connections[STANDBY]
    try:
        standby.close_if_unusable_or_obsolete()
        standby.ensure_connection()
    except DatabaseError:
        log.warning("The standby does not answer; the primary is read instead.")
        return False
    return True


class Router:
    """Django's word for which database is asked. Rows of one may meet rows of the other: they are the same."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return STANDBY if _is_wanted.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
