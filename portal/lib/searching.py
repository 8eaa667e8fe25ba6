"""What people type to search for, and the one way to ask a table for it.

Every search of the portal, the customers' and the vendor's, goes through words_of: what comes in is bounded there, and
the question to the database grows by the same piece with each word.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import BooleanField, CharField, Exists, Func, Lookup, Q, TextField

from .text import clean_query

# From so many letters on an index of parts finds a word.
SHORTEST = 3
MOST_WORDS, MOST_LETTERS = 4, 2
# From so many letters on it does not matter where a word is written with hyphens, dots or blanks.
LONG = 5
BETWEEN = " -./_\N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}"


def words_of(typed: str) -> list[str]:
    """The words of a search: composed, without control signs, each once, at most MOST_WORDS, the longest of many.

    Single letters stand in nearly every row and cost a look at each: two of them are asked for, no more.
    """
    found: dict[str, str] = {}
    for word in clean_query(typed).split():
        found.setdefault(word.casefold(), word)
    letters = [key for key, word in found.items() if len(word) == 1][MOST_LETTERS:]
    longest = sorted((key for key in found if key not in letters), key=lambda key: -len(found[key]))[:MOST_WORDS]
    return [word for key, word in found.items() if key in longest]


def every_word(typed: str, *fields: str, also: Callable[[str], Q | Exists] | None = None) -> Q:
    """Rows in which every word typed is found in one of the fields, or fulfils also(word). No words: all rows."""
    wanted = Q()
    for word in words_of(typed):
        found = any_field(word, *fields)
        # What checks types does not know that a Q with an Exists is a Q.
        wanted &= cast(Q, found | also(word)) if also else found
    return wanted


def any_field(word: str, *fields: str, lookup: str = "holds") -> Q:
    """Rows in which one of the fields holds a word, or begins with it (lookup "begins")."""
    return Q.create([(f"{field}__{lookup}", word) for field in fields], connector=Q.OR)


class IsAnyOf(Func):
    """Whether a value stands in an array."""

    template = "%(expressions)s)"
    arg_joiner = " = any("
    output_field = BooleanField()


@CharField.register_lookup
@TextField.register_lookup
class Holds(Lookup):
    """Whether a text holds a word, in capitals or not, umlauts written either way, composed or not.

    The spelling of what is stored is settled here and not where it is written: it comes by many doors.
    """

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, own = self.process_lhs(compiler, connection)
        word = str(self.rhs)
        core = word.translate(dict.fromkeys(map(ord, BETWEEN)))
        squeezed = _is_like(_squeezed(column), own, core, connection)
        if len(core) >= LONG:
            return squeezed
        folded = _is_like(_folded(column), own, word, connection)
        if len(core) < SHORTEST:
            return folded
        # What holds the word holds it squeezed, too, and for that there is an index.
        return f"({squeezed[0]} AND {folded[0]})", [*squeezed[1], *folded[1]]


@CharField.register_lookup
@TextField.register_lookup
class Begins(Lookup):
    """Whether a text begins with a word, spelt as "holds" minds it; an index finds that for a single letter, too."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, own = self.process_lhs(compiler, connection)
        core = str(self.rhs).translate(dict.fromkeys(map(ord, BETWEEN)))
        return _is_like(_squeezed(column), own, core, connection, before="")


@TextField.register_lookup
class Keeps(Lookup):
    """Whether a text that is stored as "holds" spells it holds a word; nothing is spelt anew for each row."""

    lookup_name = "keeps"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, own = self.process_lhs(compiler, connection)
        pattern = f"%{connection.ops.prep_for_like_query(str(self.rhs))}%"
        return f"{column} LIKE {_folded('%s::text')}", [*own, *[pattern] * 4]


def kept(word: str) -> Q:
    """The same as "holds", for a row that keeps a text twice: spelt, and squeezed of what stands between letters."""
    core = word.translate(dict.fromkeys(map(ord, BETWEEN)))
    return Q(squeezed__keeps=core) if len(core) >= LONG else Q(spelt__keeps=word)


def _is_like(spelt: str, own: Any, word: str, connection: Any, before: str = "%") -> tuple[str, list[Any]]:
    pattern = f"{before}{connection.ops.prep_for_like_query(word)}%"
    # Each stands four times in its folding.
    return f"{spelt} LIKE {_folded('%s::text')}", [*own * 4, *[pattern] * 4]


class Squeezed(Func):
    """A text as "holds" looks into it; an index over it finds any three letters."""

    output_field = TextField()

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, Any]:
        column, own = compiler.compile(self.source_expressions[0])
        return _squeezed(column), own * 4


def indexes_of(table: str, *fields: str) -> list[GinIndex]:
    """Indexes by which "holds" finds a part of a field."""
    return [GinIndex(OpClass(Squeezed(field), "gin_trgm_ops"), name=f"{table}_{field}_holds") for field in fields]


def _folded(text: str) -> str:
    sql = f"lower(normalize({text}))"
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        sql = f"replace({sql}, '{umlaut}', '{written}')"
    # Most texts are plain ASCII, and told so in no time.
    return f"CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {sql} END"


def _squeezed(text: str) -> str:
    return f"translate({_folded(text)}, '{BETWEEN}', '')"
