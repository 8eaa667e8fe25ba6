"""Documents by their title, number, or the words inside them."""

import re
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Case, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import JSONObject
from django.db.models.lookups import Exact, GreaterThan

from accounts.models import Company
from portal.lib.hits import MOST
from portal.lib.marking import FROM, TO
from portal.lib.searching import every_word, words_of

from ..models import Document, PageText

# From so many letters on a word also finds those that begin with it: "Heizkosten" the Heizkostenabrechnung.
BEGINNING = 3
# The newest of so many are put in order.
MOST_RANKED = 200
BEST_FIRST = ("-is_named", F("fits").desc(nulls_last=True), "-dated_on", "-pk")
UMLAUTS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))


def documents_with(company: Company, typed: str) -> "QuerySet[Document]":
    """Documents a company sees in its list in which every word is found, best first, at most MOST + 1.

    Adds best: {"page", "cut"}, the page that fits best with what stands around the hits on it, or None where only title
    and number have the words. The DocumentText comes along.
    """

    def inside(word: str) -> Q:
        asked = query_of([word])
        pages = PageText.objects.filter(company=company, words=asked)
        # A word that means nothing ("der") is in every document.
        return Q(pk__in=pages.values("document")) | Q(Exact(NodesOf(asked), 0))

    named = every_word(typed, "title", "number")
    found = company.documents.visible().filter(every_word(typed, "title", "number", also=inside))
    asked = query_of(words_of(typed))
    # Only such words: the names are all there is to look at.
    found = found.filter(named | Q(GreaterThan(NodesOf(asked), 0)))
    some = found.newest_first().values("pk")[:MOST_RANKED]
    rows = Document.objects.filter(pk__in=some).annotate(is_named=Case(When(named, then=1), default=0))
    return _with_best_page(rows, company, asked).order_by(*BEST_FIRST)[: MOST + 1]


def _with_best_page(rows: "QuerySet[Document]", company: Company, asked: SearchQuery) -> Any:
    pages = PageText.objects.filter(company=company, document=OuterRef("pk"), words=asked)
    ranked = pages.annotate(rank=SearchRank(F("words"), asked)).order_by("-rank", "page")
    cut = SearchHeadline(
        "text", asked, config="german", start_sel=FROM, stop_sel=TO, max_fragments=2, max_words=22, min_words=8,
        fragment_delimiter=" … ",
    )  # fmt: skip
    return rows.annotate(
        fits=Subquery(ranked.values("rank")[:1]),
        best=Subquery(ranked.values(json=JSONObject(page="page", cut=cut))[:1]),
    ).select_related("text")


class NodesOf(Func):
    """How much of what is asked for means anything to the dictionary."""

    function = "numnode"
    output_field = IntegerField()


def query_of(words: list[str]) -> SearchQuery:
    """Pages with any of the words, in any German form, or words that begin with one."""
    return SearchQuery(" | ".join(filter(None, map(_any_form, words))), config="german", search_type="raw")


def _any_form(word: str) -> str:
    other = word.lower()
    for written, umlaut in UMLAUTS:
        other = other.replace(written, umlaut)
    forms = [_all_parts(spelt) for spelt in dict.fromkeys([word.lower(), other])]
    return " | ".join(filter(None, forms))


def _all_parts(word: str) -> str:
    """ "Online-Banking" is what has both; nothing of it is read as a sign of the question's own."""
    parts = re.findall(r"\w+", word)
    spelt = [f"'{part}'{':*' if len(part) >= BEGINNING else ''}" for part in parts]
    return f"({' & '.join(spelt)})" if spelt else ""
