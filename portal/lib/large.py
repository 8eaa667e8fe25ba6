"""Rows of large tables by what was typed: through indexes alone, and never more of them than anybody looks through.

One condition over all fields would make the database read every row of every table. So each table is asked for itself,
by its index, for a bounded number of keys; what the words found is put together here, and only what is left is asked
for a word that nearly every row holds.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from .searching import BETWEEN, SHORTEST, IsAnyOf, any_field, words_of

MOST = 1000
# What an index of three letters can find, anywhere in a text.
STRONG = re.compile(rf"[^\W_]{{{SHORTEST}}}")
BLANKS = dict.fromkeys(map(ord, BETWEEN))


@dataclass(frozen=True)
class Found:
    """Keys of rows, each once; is_more: there are, or may be, more than these."""

    keys: tuple[Any, ...] = ()
    is_more: bool = False


@dataclass(frozen=True)
class _Group:
    """Fields of one table; path: how it is reached from the rows looked for, "" for their own."""

    path: str
    model: type[Model]
    fields: list[str]


# The keys found by (number of the question, number of the group).
_Keys = dict[tuple[int, int], list[Any]]


def find(rows: QuerySet[Any], typed: str, *fields: str) -> Found:
    """Rows in which every word typed stands in one of the fields, of other tables too.

    Words of one or two letters narrow what the longer ones find; alone, a field has to begin with them.
    """
    words = [word for word in words_of(typed) if word.translate(BLANKS)]
    asked, lookup = _asked(words)
    if not asked:
        return Found()
    # What is reckoned for each row would be reckoned, and its tables joined, for every branch.
    rows = rows.model._default_manager.all() if rows.query.annotations else rows
    ask = _Ask(rows, _groups(rows.model, fields), lookup)
    every = ask([[word] for word in asked])
    few = [set(found.keys) for found in every if not found.is_more]
    if not few:
        # Each of the words stands in very many rows: those in which all of them stand side by side.
        return Found((every if len(words) == 1 else ask([words]))[0].keys, is_more=True)
    keys = set.intersection(*few)
    common = [word for word, found in zip(asked, every, strict=True) if found.is_more]
    for word in [*common, *(word for word in words if word not in asked)]:
        if keys:
            keys = set(of_keys(rows.order_by(), keys).filter(any_field(word, *fields)).values_list("pk", flat=True))
    return Found(tuple(keys)[:MOST], len(keys) > MOST)


def together(words: list[str], *fields: str) -> Q | None:
    """That every word stands in one of a table's own fields; None where no index finds any of them."""
    asked, lookup = _asked(words)
    return _every(words if lookup == "holds" else asked, lookup, fields) if asked else None


def of_keys(rows: QuerySet[Any], keys: Collection[Any], field: str = "pk") -> QuerySet[Any]:
    """Rows by a list of values that an index answers; given as one list, whatever its length."""
    return rows.filter(IsAnyOf(F(field), Value([*keys]))) if keys else rows.none()


def _asked(words: list[str]) -> tuple[list[str], str]:
    """The words that an index finds, and how: anywhere in a text, or, where all are short, at its beginning."""
    cores = {word: word.translate(BLANKS) for word in words}
    if strong := [word for word, core in cores.items() if STRONG.search(core)]:
        return strong, "holds"
    return [word for word, core in cores.items() if core[:1].isalnum()], "begins"


def _every(words: Iterable[str], lookup: str, fields: Iterable[str]) -> Q:
    wanted = Q()
    for word in words:
        wanted &= any_field(word, *fields, lookup=lookup)
    return wanted


def _groups(model: type[Model], fields: Iterable[str]) -> list[_Group]:
    paths: dict[str, list[str]] = {}
    for field in fields:
        path, _, name = field.rpartition("__")
        paths.setdefault(path, []).append(name)
    return [_Group(path, _model_at(model, path), names) for path, names in paths.items()]


def _model_at(model: Any, path: str) -> type[Model]:
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model
    return model


@dataclass(frozen=True)
class _Ask:
    """Called with questions, each a list of words that stand in one row, gives what each finds; at most two queries."""

    rows: QuerySet[Any]
    groups: list[_Group]
    lookup: str

    def __call__(self, questions: list[list[str]]) -> list[Found]:
        numbers = range(len(questions))
        keys = _fetched(
            _numbered(self._of(group).filter(_every(questions[number], self.lookup, group.fields)), number, place)
            for number in numbers
            for place, group in enumerate(self.groups)
        )
        full = {number for (number, _place), found in keys.items() if len(found) > MOST}
        linked = {at: keys.pop(at)[:MOST] for at in list(keys) if self.groups[at[1]].path}
        through = _fetched(
            _numbered(_across(self.rows.order_by(), self.groups[place].path, found), number, place)
            for (number, place), found in linked.items()
        )
        return [self._found([keys, through], number, number in full) for number in numbers]

    def _of(self, group: _Group) -> QuerySet[Any]:
        return group.model._default_manager.order_by() if group.path else self.rows.order_by()

    def _found(self, several: list[_Keys], number: int, is_full: bool) -> Found:
        every = (found for keys in several for (one, _place), found in keys.items() if one == number)
        keys = dict.fromkeys(self.rows.model._meta.pk.to_python(key) for found in every for key in found)
        return Found(tuple(keys)[:MOST], is_full or len(keys) > MOST)


def _numbered(rows: QuerySet[Any], number: int, place: int) -> QuerySet[Any]:
    numbered = rows.annotate(_number=Value(number), _place=Value(place), _key=Cast(F("pk"), TextField()))
    return numbered.values_list("_number", "_place", "_key")[: MOST + 1]


def _fetched(several: Iterable[QuerySet[Any]]) -> _Keys:
    found: _Keys = {}
    if rows := [*several]:
        for number, place, key in rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]:
            found.setdefault((number, place), []).append(key)
    return found


def _across(rows: QuerySet[Any], path: str, keys: list[Any]) -> QuerySet[Any]:
    """Rows that lead by a path to rows of these keys; each table by its index, none joined, no row twice."""
    name, _, rest = path.partition("__")
    relation: Any = rows.model._meta.get_field(name)
    other = relation.related_model
    every, own = other._default_manager.order_by(), map(other._meta.pk.to_python, keys)
    inner = _across(every, rest, keys) if rest else of_keys(every, [*own])
    if relation.one_to_many:
        return rows.filter(pk__in=inner.values(relation.field.attname))
    return rows.filter(**{f"{name}__in": inner})
