"""What must not be forgotten before its time, kept in a table: wrong tries, used codes, files between two pages.

A cache may throw away whatever it likes as soon as it is full, and whoever fills it decides what: a slowed attacker
sets himself free with invented names. Rows of this table go by their time only (`forget`), and all hosts share it.
"""

import hashlib
import pickle
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection, transaction
from django.utils import timezone

LONGEST_KEY = 250
# Postgres knows no end of time that Python can read back.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class Memory(BaseCache):
    """A cache backend for Django's CACHES; LOCATION is the table, with key, value and until.

    Values are pickled: who can write the table can run code, as with any cache of Django's.
    """

    def __init__(self, table: str, params: dict) -> None:
        super().__init__(params)
        self.table = connection.ops.quote_name(table)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep it unless the key is taken; of several at once one is told True."""
        return self._write(key, value, timeout, version, f"where {self.table}.until <= %s", [timezone.now()])

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        query = f"select value from {self.table} where key = %s and until > %s"
        with connection.cursor() as cursor:
            cursor.execute(query, [self._key(key, version), timezone.now()])
            row = cursor.fetchone()
        return pickle.loads(bytes(row[0])) if row else default  # noqa: S301 - written by ourselves

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Key -> value of those that are kept; one question for all."""
        made = {self._key(key, version): key for key in keys}
        query = f"select key, value from {self.table} where key = any(%s) and until > %s"
        with connection.cursor() as cursor:
            cursor.execute(query, [list(made), timezone.now()])
            return {made[key]: pickle.loads(bytes(value)) for key, value in cursor.fetchall()}  # noqa: S301 - as above

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._write(key, value, timeout, version, "", [])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        query = f"update {self.table} set until = %s where key = %s and until > %s"
        return self._execute(query, [self._until(timeout), self._key(key, version), timezone.now()]) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        query = f"delete from {self.table} where key = %s and until > %s"
        return self._execute(query, [self._key(key, version), timezone.now()]) == 1

    def clear(self) -> None:
        self._execute(f"delete from {self.table}", [])

    def forget(self) -> int:
        """Delete what is over; returns how many rows went."""
        return self._execute(f"delete from {self.table} where until <= %s", [timezone.now()])

    def _write(
        self, key: str, value: Any, timeout: Any, version: int | None, condition: str, more: list[datetime]
    ) -> bool:
        query = f"""
            insert into {self.table} (key, value, until) values (%s, %s, %s)
            on conflict (key) do update set value = excluded.value, until = excluded.until {condition}
        """
        content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        return self._execute(query, [self._key(key, version), content, self._until(timeout), *more]) == 1

    def _execute(self, query: str, values: list) -> int:
        # A row of its own in the caller's transaction: an error here leaves that one usable.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.rowcount

    def _key(self, key: str, version: int | None) -> str:
        made = self.make_key(key, version=version)
        return made if len(made) <= LONGEST_KEY else hashlib.sha256(made.encode()).hexdigest()

    def _until(self, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return NEVER if seconds is None else timezone.now() + timedelta(seconds=seconds)
