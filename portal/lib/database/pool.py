"""A pool for a web process: no visitor meets a dead connection, and nobody waits for ever for a server that is mute."""

from threading import Lock
from time import monotonic
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

# How long a connection out of the pool may take to say that it is alive.
CHECK_SECONDS = 3.0
_INTERVAL = 0.1


class LimitedConnection(Connection[Any]):
    """A connection that waits for the server for so many seconds and no longer.

    The server ends slow statements itself; this is for one that is frozen or unreachable and says nothing at all.
    """

    # None: as long as it takes.
    patience: float | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.made_at = monotonic()

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, timeout=timeout or self.patience)
        except OperationalError:
            if timeout is None and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Its answer may still come, to the next question: nobody may ask this one again.
                self.pgconn.finish()
            raise

    def is_alive(self) -> bool:
        """Whether the server answers on this connection, found out within CHECK_SECONDS."""
        before, self.patience = self.patience, CHECK_SECONDS
        try:
            ConnectionPool.check_connection(self)
        except Exception:
            return False
        finally:
            self.patience = before
        return not self.closed


class LastingPool(ConnectionPool[LimitedConnection]):
    """Looks at each connection before giving it away. One that is dead condemns all that lie idle and are not newer:
    what ended one - a restart, a failover, a firewall that forgot - has ended all, and each would cost somebody a wait.

    patience: seconds that a connection waits for the server, None for ever.
    """

    def __init__(self, *, patience: float | None = None, **options: Any) -> None:
        self._patience = patience
        self._condemned_at, self._condemning = 0.0, Lock()
        super().__init__(connection_class=LimitedConnection, **options)

    def getconn(self, timeout: float | None = None) -> LimitedConnection:
        deadline = monotonic() + CHECK_SECONDS + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(deadline - monotonic())
            if connection.is_alive():
                connection.patience = self._patience
                return connection
            self._throw_away(connection)

    def _throw_away(self, connection: LimitedConnection) -> None:
        connection.close()
        with self._condemning:
            is_news = connection.made_at > self._condemned_at
            if is_news:
                self._condemned_at = monotonic()
        # Given back closed, it is replaced by a new one.
        self.putconn(connection)
        if is_news:
            self.drain()
