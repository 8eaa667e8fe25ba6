"""Django's PostgreSQL for a database that goes away and comes back: ENGINE = "portal.lib.database"."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from django import db
from procrastinate.exceptions import ConnectorException
from psycopg import errors
from psycopg_pool import PoolTimeout

if TYPE_CHECKING:
    from .base import DatabaseWrapper

# No server, one that broke off in mid-sentence or ended the session because a transaction lay open, an empty pool.
AWAY = (
    errors.OperationalError,
    errors.InterfaceError,
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
    PoolTimeout,
)
# What such a trouble arrives as, or wrapped in; it is then the cause.
TROUBLES = (db.Error, errors.Error, PoolTimeout, ConnectorException)
# Who acts in this request, as JSON for the setting portal.actor; every transaction that it begins is signed with it.
ACTOR: ContextVar[str] = ContextVar("portal_actor", default="")


def trouble_of(error: BaseException | None) -> str:
    """ "slow" where a statement took longer than it may, "away" where the server does not answer, else empty."""
    while error is not None:
        if isinstance(error, errors.QueryCanceled):
            return "slow"
        if isinstance(error, AWAY):
            return "away"
        if error.__cause__ is None and isinstance(error, (db.OperationalError, db.InterfaceError)):
            return "away"
        error = error.__cause__
    return ""


def on_rollback(func: Callable[[], Any]) -> None:
    """Have it called when the transaction (or the savepoint) we are in is rolled back; outside of one, never."""
    cast("DatabaseWrapper", db.connection).on_rollback(func)


def let_go() -> None:
    """Give the connection back to the pool before waiting for somebody; the next query takes another one.

    Inside a transaction it stays.
    """
    if not db.connection.in_atomic_block:
        db.connection.close()
