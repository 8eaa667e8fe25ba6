"""What people type to search for, and the one way to ask a table for it.

Every search of the portal, the customers' and the vendor's, goes through words_of: what comes in is bounded there, and
the question to the database grows by the same piece with each word.
"""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import CharField, Exists, Lookup, Q, TextField

from .text import clean_query

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


def any_field(word: str, *fields: str) -> Q:
    """Rows in which one of the fields holds a word."""
    return Q.create([(f"{field}__holds", word) for field in fields], connector=Q.OR)


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
        spelt = _squeezed if len(core) >= LONG else _folded
        pattern = connection.ops.prep_for_like_query(core if spelt is _squeezed else word)
        sql = f"{spelt(column)} LIKE {_folded('%s::text')}"
        # Each stands four times in its folding.
        return sql, [*own * 4, *[f"%{pattern}%"] * 4]


def _folded(text: str) -> str:
    sql = f"lower(normalize({text}))"
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        sql = f"replace({sql}, '{umlaut}', '{written}')"
    # Most texts are plain ASCII, and told so in no time.
    return f"CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {sql} END"


def _squeezed(text: str) -> str:
    return f"translate({_folded(text)}, '{BETWEEN}', '')"
