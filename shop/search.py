"""Finding articles by what people type: numbers, word forms, parts of words, umlauts either way, typing errors."""

import re

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.functions import Length
from django.utils.html import conditional_escape, format_html_join

from portal.lib.text import clean_query

MOST_WORDS = 8
# Below this, "nebnkosten" no longer finds "Nebenkostenabrechnung"; above, everything is similar to everything.
SIMILAR = 0.45
# Among equals the plainer name is meant: "Zusatzmodul X" before "Schulung X für Fortgeschrittene".
SHORT_FIRST = [Length("name"), "name", "number"]


def normal(text):
    """As the database's shop_normal does it."""
    text = text.lower()
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, written)
    return text


def find(articles, typed):
    """Articles for what was typed, best first: (queryset, whether they are only similar).

    An exact number comes first, then numbers that begin so, then words: each must be found, as a German word form or as
    a part of the name. Only if nothing is found, names that look similar.
    """
    query = clean_query(typed)
    if not query:
        return articles, False
    words = query.split()[:MOST_WORDS]
    wanted = _number(query) | _all_words(words)
    found = articles.filter(wanted).annotate(rank=_rank(query, words)).order_by("-rank", *SHORT_FIRST)
    if found.exists():
        return found, False
    return _similar(articles, query), True


def _number(query):
    key = re.sub(r"[^A-Z0-9]", "", query.upper())
    if len(key) < 2 or not any(sign.isdigit() for sign in key):
        return Q(pk=None)
    inside = Q(number_key__contains=key) if len(key) >= 4 else Q()
    return Q(number_key__startswith=key) | inside


def _all_words(words):
    wanted = Q()
    for word in words:
        wanted &= Q(words=SearchQuery(word, config="german")) | Q(normal__contains=normal(word))
    return wanted


def _rank(query, words):
    key = re.sub(r"[^A-Z0-9]", "", query.upper())
    text = SearchQuery(query, config="german")
    bonus = Case(
        When(number_key=key or "-", then=Value(100.0)),
        When(number_key__startswith=key or "-", then=Value(50.0)),
        When(normal__startswith=normal(query), then=Value(2.0)),
        When(normal__contains=normal(words[0]), then=Value(1.0)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    return bonus + SearchRank(F("words"), text)


def _similar(articles, query):
    likeness = TrigramWordSimilarity(normal(query), "normal")
    return articles.annotate(rank=likeness).filter(rank__gte=SIMILAR).order_by("-rank", *SHORT_FIRST)


def marked(text, typed):
    """The text as HTML with the words that were found in <mark>."""
    words = [normal(word) for word in clean_query(typed).split()[:MOST_WORDS] if len(word) > 1]
    parts = re.split(r"(\w[\w-]*)", text)
    return format_html_join("", "{}", ((_mark(part, words),) for part in parts))


def _mark(part, words):
    token = normal(part)
    hit = len(token) > 1 and any(word in token or (len(word) > 4 and token.startswith(word[:4])) for word in words)
    return format_html_join("", "<mark>{}</mark>", [(part,)]) if hit else conditional_escape(part)
