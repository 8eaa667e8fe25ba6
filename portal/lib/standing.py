"""Querysets whose SQL is made once in a process and run with other values each time.

Django builds a queryset and compiles it to SQL for every request; for what every page asks that costs several times
what the database needs to answer. A Standing does both once, with stand-ins for the values, and puts the values into
the parameters. What a queryset takes from the clock by itself - today(), timezone.now() - stays true: it is made anew
each day, and its moments move with the time.
"""

import datetime as dt
from collections.abc import Callable
from copy import copy
from typing import Any, NamedTuple

from django.db import NotSupportedError, connection, connections
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from .days import today

# No row has such an id, nobody can type such a text.
FIRST_ID, MARK = -7_000_000_001, "\N{SYMBOL FOR NULL}standing"
# Variants of a day: who sees what is a matter of some switches.
MOST_VARIANTS = 300


class _Moment(NamedTuple):
    """A parameter that is so long after, or before, the moment of asking."""

    after: dt.timedelta


class _Value(NamedTuple):
    """A parameter that is given when it is asked."""

    name: str


class Standing:
    """What build(…) asks, as a function that gives the rows as a list.

    build: takes the values by name and gives a queryset; what it is given further, by position, decides how the
    question looks (a variant), such as a set of rights. values: name -> int (also for ids of rows) or str, compared as
    they are, or list, of ids for IsAnyOf.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **values: type) -> None:
        self.build = build
        self.stand_ins = {
            name: _stand_in(name, kind, FIRST_ID - place) for place, (name, kind) in enumerate(values.items())
        }
        self.made: dict[tuple[Any, ...], QuerySet[Any]] = {}

    def __call__(self, *variant: Any, **values: Any) -> list[Any]:
        key = (today(), *variant)
        if (made := self.made.get(key)) is None:
            if len(self.made) >= MOST_VARIANTS or any(other[0] != key[0] for other in list(self.made)):
                self.made = {}
            made = self.made[key] = self._make(variant)
        rows = made._chain()  # type: ignore[attr-defined]
        rows.query.values = values
        return list(rows)

    def _make(self, variant: tuple[Any, ...]) -> QuerySet[Any]:
        moment = timezone.now()
        rows = self.build(*variant, **self.stand_ins)
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = {_known(value): name for name, value in self.stand_ins.items()}
        query = copy(rows.query)
        query.__class__ = _Query
        query.compiler = compiler
        compiler.__class__ = _Compiler
        compiler.sql, compiler.params = _written_out(sql, [_slot(param, names, moment) for param in params])
        # Past the setter, which would turn every list of values into one of dicts.
        rows._query = query  # type: ignore[attr-defined]
        return rows


def _stand_in(name: str, kind: type, number: int) -> Any:
    return number if kind is int else [number] if kind is list else f"{MARK} {name}"


def _known(param: Any) -> Any:
    return tuple(param) if isinstance(param, list) else param


def _slot(param: Any, names: dict[Any, str], moment: dt.datetime) -> Any:
    if isinstance(param, dt.datetime):
        return _Moment(param - moment)
    if type(param) in (int, str, list) and _known(param) in names:
        return _Value(names[_known(param)])
    return param


def _written_out(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    """The SQL with what stays the same written into it, where it has its type; parameters are left for the rest."""
    pieces = sql.split("%s")
    assert len(pieces) == len(params) + 1, "a per cent sign of the SQL's own"  # noqa: S101
    with connection.cursor() as cursor:
        for place, param in enumerate(params):
            if not isinstance(param, _Moment | _Value):
                pieces[place] += cursor.mogrify("%s", [param]).replace("%", "%%")
            else:
                pieces[place] += "%s"
    return "".join(pieces), [param for param in params if isinstance(param, _Moment | _Value)]


class _Query(Query):
    """A query that is compiled already."""

    compiler: Any
    values: dict[str, Any]

    def chain(self, klass: Any = None) -> Any:
        return copy(self)

    clone = chain

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        compiler = copy(self.compiler)
        compiler.query, compiler.values = self, self.values
        compiler.using, compiler.connection = using, connection or connections[using]
        return compiler


class _Compiler(SQLCompiler):
    sql: str
    params: list[Any]
    values: dict[str, Any]

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        try:
            with self.connection.preparing():  # type: ignore[attr-defined]
                return super().execute_sql(*args, **options)
        except NotSupportedError:
            # A migration has changed what a column is; what was planned before it is of no use any more.
            if self.connection.in_atomic_block:
                raise
            with self.connection.cursor() as cursor:
                cursor.execute("deallocate all")
            return super().execute_sql(*args, **options)

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> Any:
        now = timezone.now()
        return self.sql, tuple(self._filled(param, now) for param in self.params)

    def _filled(self, param: Any, now: dt.datetime) -> Any:
        if type(param) is _Value:
            return self.values[param.name]
        return now + param.after if type(param) is _Moment else param
