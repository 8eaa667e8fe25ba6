from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from .pool import LastingPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with a pool that gives nobody a dead connection."""

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
