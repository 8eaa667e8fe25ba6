"""What the list shows: the fitting articles of a company, searched, in categories, sorted, page by page."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count

from .forms import ORDER_BY
from .models import Article
from .search import find

PER_PAGE = 24


class CountedPaginator(Paginator):
    """A paginator that is told the count, because the categories have counted already."""

    def __init__(self, rows, per_page, total):
        super().__init__(rows, per_page)
        self.total = total

    @property
    def count(self):
        return self.total


@dataclass
class Shelf:
    """A category with the number of articles found in it and below it."""

    path: str
    count: int

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_sub(self):
        return "/" in self.path


def shelves_of(articles):
    """All categories that hold some of the articles, with their parents, in the order of their paths. One query."""
    counts = {}
    rows = articles.order_by().values_list("category__path").annotate(count=Count("pk"))
    for path, count in rows:
        parts = (path or "").split("/")
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            counts[above] = counts.get(above, 0) + count
    total = sum(count for path, count in counts.items() if "/" not in path)
    return [Shelf(path, count) for path, count in sorted(counts.items()) if path], total


def browse(company, *, query="", category="", sort="", page=1):
    """(page of articles, shelves, total found, whether they are only similar to what was typed)."""
    found, only_similar = find(Article.objects.fitting(company), query)
    shelves, total = shelves_of(found)
    shown = total
    if chosen := next((shelf for shelf in shelves if shelf.path == category), None):
        found, shown = found.filter(category__path__startswith=chosen.path), chosen.count
    if sort in ORDER_BY:
        found = found.order_by(*ORDER_BY[sort])
    rows = found.with_reason(company).with_prices(company)
    return CountedPaginator(rows, PER_PAGE, shown).get_page(page), shelves, total, only_similar
