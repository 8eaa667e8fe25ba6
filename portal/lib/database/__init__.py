"""Django's PostgreSQL for a database that goes away and comes back: ENGINE = "portal.lib.database"."""

from django import db
from procrastinate.exceptions import ConnectorException
from psycopg import errors
from psycopg_pool import PoolTimeout

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
