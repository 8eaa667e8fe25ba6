import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, operations

from . import ACTOR
from .pool import LastingPool

log = logging.getLogger("portal.database")


class Operations(operations.DatabaseOperations):
    """Django's own, which forgets what a prepared statement was."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with a pool that gives nobody a dead connection, and with work for the case of a rollback."""

    ops_class = Operations
    # Django's own, which its stubs leave out.
    _connection_pools: dict[str, LastingPool]
    _configure_connection: Callable[[Any], None]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # As Django's run_on_commit: (savepoints that were open, what to do).
        self.run_on_rollback: list[tuple[set[str], Callable[[], Any]]] = []
        self.prepares = False

    @property
    def pool(self) -> LastingPool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            made = LastingPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                **options,
            )
            # Threads that come at once may each make one; the first is used, the others were never opened.
            self._connection_pools.setdefault(self.alias, made)
        return self._connection_pools[self.alias]

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Statements begun within are planned once per connection: for those whose text stays the same."""
        self.prepares = True
        try:
            yield
        finally:
            self.prepares = False

    def create_cursor(self, name: str | None = None) -> Any:
        if name or not self.prepares:
            return super().create_cursor(name)
        usual, self.connection.cursor_factory = self.connection.cursor_factory, base.ServerBindingCursor
        try:
            return super().create_cursor()
        finally:
            self.connection.cursor_factory = usual

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit and ACTOR.get():
            try:
                self._sign()
            except BaseException:
                # Nobody is in the transaction yet who could end it.
                self.close()
                raise

    def sign(self) -> None:
        """Inside of a transaction: from here to its end it is ACTOR who acts. The next one is signed by itself."""
        if self.in_atomic_block and not self.needs_rollback:
            self._sign()

    def _sign(self) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("select set_config('portal.actor', %s, true)", [ACTOR.get()])

    def on_rollback(self, func: Callable[[], Any]) -> None:
        """Have it called when the transaction, or the savepoint, we are in is rolled back; never outside of one."""
        if self.in_atomic_block:
            self.run_on_rollback.append((set(self.savepoint_ids), func))

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)
        undone = [func for sids, func in self.run_on_rollback if sid in sids]
        self.run_on_rollback = [(sids, func) for sids, func in self.run_on_rollback if sid not in sids]
        _undo(undone)

    def commit(self) -> None:
        kept, self.run_on_rollback = self.run_on_rollback, []
        try:
            super().commit()
        except DatabaseError as error:
            if _is_a_no(error):
                self.run_on_rollback = kept
            raise

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._undo_all()

    def close(self) -> None:
        super().close()
        # Within a transaction this is its end; else nothing is noted.
        self._undo_all()

    def _undo_all(self) -> None:
        undone, self.run_on_rollback = self.run_on_rollback, []
        _undo([func for _sids, func in undone])


def _is_a_no(error: DatabaseError) -> bool:
    """Whether the server has refused to commit. A line that broke says nothing: then it may have done so."""
    state = getattr(error.__cause__, "sqlstate", None) or "08"
    # Trouble of the connection, and a server that is being stopped.
    return state[:2] not in ("08", "57")


def _undo(works: list[Callable[[], Any]]) -> None:
    for work in works:
        try:
            work()
        except Exception:
            log.exception("What was rolled back could not be undone outside of the database")
