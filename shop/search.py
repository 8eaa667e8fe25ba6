"""Finding articles by what people type: numbers, word forms, parts of words, synonyms, umlauts, typing errors."""

import difflib
import re
import time
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, F, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Contains, StartsWith

from portal.lib.marking import joined, normal
from portal.lib.searching import IsAnyOf, words_of
from portal.lib.text import clean_query

from .models import Article, Synonym

# More than this are not ranked: who types "Modul" among 100,000 articles needs another word, not a better order.
MOST_RANKED = 480
# How many words of the catalogue may stand for a mistyped one.
MOST_NEAR = 5
MOST_GUESSED = 4
# From here on a word is long enough to look for what it may have been meant to be, or for its stem inside others.
LONG = 4
# Among equals the plainer name is meant: "Zusatzmodul X" before "Schulung X für Fortgeschrittene".
SHORT_FIRST = [Length("name"), "name", "number"]
IS_TRAINING = Q(kind=Article.Kind.TRAINING)


class Stem(Func):
    """The German stem of a word, as the database's dictionary cuts it; NULL for words that mean nothing."""

    template = "(ts_lexize('german_stem', %(expressions)s))[1]"
    output_field = TextField()


class StemAtStart(Stem):
    """The same after a blank: where a word begins."""

    template = f"' ' || {Stem.template}"


def number_key(number):
    """As the database's shop_number_key does it: capitals and digits only."""
    return re.sub(r"[^A-Z0-9]", "", normal(number).upper())


@dataclass
class Question:
    """What was typed, cleaned. others: for each word, what else it may be (synonyms, words that look similar)."""

    text: str
    words: list = field(default_factory=list)
    others: list = field(default_factory=list)

    @property
    def key(self):
        """As an article number: capitals and digits only."""
        return number_key(self.text)

    @property
    def terms(self):
        """All words that count as hits, for marking them."""
        return " ".join([*self.words, *(other for some in self.others for other in some)])


def question(typed):
    """A Question with the synonyms staff keep."""
    words, known = words_of(typed), synonyms()
    others = [list(known.get(joined(word), [])) for word in words]
    for place in range(len(words) - 1):
        # "Online Banking" means what "Onlinebanking" means.
        same = known.get(joined(words[place] + words[place + 1]), [])
        others[place] += same
        others[place + 1] += same
    return Question(clean_query(typed), words, others)


def find(articles, typed):
    """Articles for what was typed, best first: (queryset, whether they are only similar).

    An exact number comes first, then numbers that begin so, then words: each must be found, as a German word form or as
    a part of the name. Only if nothing is found, words of the catalogue that look similar.
    """
    asked = question(typed)
    if not asked.text:
        return articles, False
    found = direct(articles, asked)
    if found.exists():
        return found, False
    near = nearby(asked)
    found = direct(articles, near)
    return (found if found.exists() else direct(articles, near, all_words=False)), True


def direct(articles, asked, *, all_words=True):
    """Articles in which every word asked for is found, or any of them, ranked; at most MOST_RANKED."""
    wanted = _words(asked, all_words)
    if _is_number(asked.key):
        wanted |= _number(asked.key)
    some = articles.filter(wanted).order_by().values("pk")[:MOST_RANKED]
    # As an array it is found first; as a subquery the database may sort the whole table before it looks.
    ranked = articles.model.objects.filter(IsAnyOf("pk", ArraySubquery(some))).annotate(rank=_rank(asked))
    return ranked.order_by("-rank", *(["number"] if _is_number(asked.key) else SHORT_FIRST))


def _is_number(key):
    return len(key) > 1 and any(sign.isdigit() for sign in key)


def _number(key):
    inside = Q(number_key__contains=key) if len(key) >= LONG else Q()
    return Q(number_key__startswith=key) | inside


def _words(asked, all_words):
    wanted = Q() if asked.words else Q(pk__in=[])
    for word, others in zip(asked.words, asked.others, strict=True):
        any_of = Q()
        for one in (word, *others):
            any_of |= _word(one)
        wanted = wanted & any_of if all_words else wanted | any_of
    return wanted


def _word(word):
    # A synonym may be several words ("E-Rechnung", "doppelte Buchführung"): as a text they must all be there.
    found = Q(words=SearchQuery(word, config="german")) | Q(normal__contains=normal(word))
    whole = joined(word)
    if len(whole) > LONG + 1 and whole.isalpha():
        # "Abrechnungen" inside "Nebenkostenabrechnung"; the dictionary wants the umlauts.
        stems = Stem(Value(word.lower())), Stem(Value(whole))
        found |= Q(normal__contains=stems[0]) | Q(normal__contains=stems[1])
        found |= Q(Contains(F("joined"), StemAtStart(Value(whole))))
    if len(whole) > LONG:
        found |= Q(Contains(F("joined"), Value(f" {whole}")))
    return found | _apart(word) if whole != normal(word) else found


def _apart(word):
    """Where a word with hyphens stands as one word, or as several."""
    parts = " ".join(re.findall(r"\w+", word))
    return Q(normal__contains=joined(word)) | Q(words=SearchQuery(parts, config="german"))


def _in_name(text):
    return Q(normal__contains=normal(text)) | Q(Contains(F("joined"), Value(f" {joined(text) or '-'}")))


def _rank(asked):
    words = SearchQuery(" ".join(asked.words), config="german")
    for other in (other for some in asked.others for other in some):
        words |= SearchQuery(other, config="german")
    first, whole = asked.words[0] if asked.words else "-", joined(asked.text) or "-"
    bonus = Case(
        When(number_key=asked.key or "-", then=Value(100.0)),
        When(number_key__startswith=asked.key or "-", then=Value(50.0)),
        When(~IS_TRAINING & Q(StartsWith(F("joined"), Value(f" {whole}"))), then=Value(2.0)),
        When(_in_name(asked.text), then=Value(1.5)),
        When(_in_name(first), then=Value(1.0)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    # A training is named after what it trains in: the thing itself comes first.
    taught = Case(When(IS_TRAINING, then=Value(0.3)), default=Value(0.0), output_field=FloatField())
    return bonus + SearchRank(F("words"), words) - taught


# --- what may have been meant ---

NEAR = """
    select typed.word, near.word from unnest(%s::text[]) with ordinality typed (word, place),
    lateral (
        select word from shop_word where typed.word <%% shop_word.word
        order by word_similarity(typed.word, word) + similarity(typed.word, word) / 4 desc, length(word), word limit %s
    ) near order by typed.place
"""


def nearby(asked):
    """The same Question with words of the catalogue that look like the typed ones. One query."""
    long = [joined(word) for word in asked.words if len(word) >= LONG][:MOST_GUESSED]
    found = {}
    if long:
        with connection.cursor() as cursor:
            # Many words leave less to guess for each.
            cursor.execute(NEAR, [long, max(1, MOST_NEAR * 2 // (len(long) + 1))])
            for typed, near in cursor.fetchall():
                found.setdefault(typed, []).append(_part(typed, near))
    others = [[*some, *found.get(joined(word), [])] for word, some in zip(asked.words, asked.others, strict=True)]
    return Question(asked.text, asked.words, others)


def _part(typed, word):
    """The part of a compound that was meant: "nebnkosten" in "nebenkostenabrechnung" is "nebenkosten"."""
    if len(word) <= len(typed) + 2:
        return word
    sizes = range(max(LONG, len(typed) - 1), len(typed) + 3)
    parts = (word[at : at + size] for size in sizes for at in range(len(word) - size + 1))
    # Beginnings and ends of words are what people mean.
    return max(parts, key=lambda part: (_likeness(typed, part), word.startswith(part) or word.endswith(part)))


def _likeness(one, other):
    return difflib.SequenceMatcher(None, one, other).ratio()


def meant(asked, name):
    """What was probably meant, in the words of the best hit's name; "" when that is what was typed."""
    tokens = {joined(token): token for token in re.findall(r"\w+", name)}
    tokens |= {joined(token): token for token in re.findall(r"\w+(?:-\w+)+", name)}
    said = [_meant_word(word, others, tokens) for word, others in zip(asked.words, asked.others, strict=True)]
    text = " ".join(said)
    return text if normal(text) != normal(asked.text) else ""


def _meant_word(word, others, tokens):
    for other in sorted(others, key=lambda other: -_likeness(normal(word), other)):
        for token, written in tokens.items():
            if token == other:
                return written
            if other in token:
                # As it is written there, where the umlauts have not moved the letters.
                at = token.index(other)
                return written[at : at + len(other)] if len(written) == len(token) else other
    return word


# --- synonyms ---

FRESH_SECONDS = 60
_kept = {"until": 0.0, "known": {}}


def synonyms():
    """{word: [others that mean the same]}, all in normal spelling; read anew every minute."""
    if time.monotonic() > _kept["until"]:
        known = {}
        for row in Synonym.objects.values_list("words", flat=True):
            same = [normal(word) for part in row.split(",") if (word := " ".join(part.split()))]
            for word in same:
                known.setdefault(joined(word), []).extend(other for other in same if other != word)
        _kept.update(until=time.monotonic() + FRESH_SECONDS, known=known)
    return _kept["known"]


def forget_synonyms():
    """What staff have just saved counts at once here, and within a minute in the other processes."""
    _kept["until"] = 0.0
