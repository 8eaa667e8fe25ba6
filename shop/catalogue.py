"""What the list and the article's page show: what fits a company, searched, filtered, sorted, by the page."""

import datetime as dt
import time
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, Least
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company
from contracts.models import Product
from portal.lib.searching import IsAnyOf
from portal.lib.standing import Standing

from .models import Article, Category, Price, TrainingDate
from .models.price import IDS, add_prices
from .search import MOST_RANKED, direct, meant, nearby, question

PER_PAGE = 24
# Nobody turns more pages; who does not find it here narrows the choice. It keeps the last page as quick as the first.
MOST_PAGES = 40
SUGGESTED = 7
ORDER_BY = {
    "name": ["name", "number"],
    "price": ["own_price", "name", "number"],
    "-price": ["-own_price", "name", "number"],
}


class CountedPaginator(Paginator):
    """A paginator that is told the count, because the categories have counted already."""

    def __init__(self, rows, per_page, total):
        super().__init__(rows, per_page)
        self.total = total

    @property
    def count(self):
        return min(self.total, MOST_PAGES * self.per_page)


@dataclass
class Shelf:
    """A category with the number of articles found in it and below it. place: where it stands among the others."""

    path: str
    place: tuple
    count: int = 0

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def depth(self):
        return self.path.count("/")

    def holds(self, path):
        return f"{path or ''}/".startswith(f"{self.path}/")


@dataclass
class Catalogue:
    """A page of articles and what stands around it.

    total: found in all categories and kinds; in_kind: in the chosen kind; shown: in the chosen category, too.
    only_similar: nothing was found for what was typed, meant is what it may have been. is_more: more hits than
    were ranked. terms: the words to mark, typed: all as typed. kinds: {kind: count}. products: [(number, name)].
    """

    page: object = None
    shelves: list = field(default_factory=list)
    kinds: dict = field(default_factory=dict)
    products: list = field(default_factory=list)
    total: int = 0
    in_kind: int = 0
    shown: int = 0
    only_similar: bool = False
    is_more: bool = False
    meant: str = ""
    terms: str = ""
    typed: str = ""

    @property
    def told(self) -> str:
        """How many articles are shown, and for what; what it may have been is said beside it."""
        said = {"total": self.shown, "q": Truncator(self.typed).chars(60)}
        if not self.typed:
            return ngettext("%(total)s article", "%(total)s articles", self.shown) % said
        if self.only_similar:
            return (
                ngettext(
                    "Nothing for “%(q)s”, but %(total)s similar article",
                    "Nothing for “%(q)s”, but %(total)s similar articles",
                    self.shown,
                )
                % said
            )
        if self.is_more:
            said["total"] = self.total
            return _("The best %(total)s hits for “%(q)s”; another word narrows it down") % said
        return ngettext("%(total)s hit for “%(q)s”", "%(total)s hits for “%(q)s”", self.shown) % said

    @property
    def is_capped(self):
        """Whether there is more than can be turned to page by page."""
        return self.shown > self.page.paginator.count


FACETS = [
    "category__path", "category__position", "category__parent__position", "category__parent__parent__position", "kind",
]  # fmt: skip


FACETS_OF_SHELF = [facet.removeprefix("category__") for facet in FACETS[:-1]]


def browse(company, asked):
    """A Catalogue for what was asked: q, category, kind, product, price_from, price_to, sort, page (see BrowseForm)."""
    found, articles = Catalogue(typed=asked["q"]), _narrowed(Article.objects.fitting(company), company, asked)
    hits = _search(found, articles, company, asked) if asked["q"] else None
    _count(found, _kept_counts(company, articles, asked) if hits is None else [(*hit[2:], 1) for hit in hits], asked)
    chosen = next((shelf for shelf in found.shelves if shelf.path == asked["category"]), None)
    if hits is not None:
        rows = [hit[0] for hit in hits if _is_chosen(hit, chosen, asked["kind"])]
    elif found.total > MANY:
        rows = _kept_ids(company, _chosen(articles, company, chosen, asked), asked)
    else:
        rows = _with_all(_chosen(articles, company, chosen, asked), company)
    found.page = CountedPaginator(rows, PER_PAGE, found.shown).get_page(asked["page"])
    articles = _rows(found.page.object_list, company)
    found.page.object_list = articles
    own = articles[0].products if articles else list(_products(company).values_list("json", flat=True))
    found.products = [(row["number"], row["name"]) for row in own]
    return found


def _rows(some, company):
    """The articles of a page, complete; of some only the ids are known, in their order. Two queries."""
    if not isinstance(some, list):
        return add_prices(list(some), company)
    ids = some
    found = FURNISHED(company.has_ended, company=company.pk, articles=ids) if ids else []
    by_id = {article.pk: article for article in add_prices(found, company)}
    return [by_id[pk] for pk in ids if pk in by_id]


def _furnished(has_ended, company, articles):
    """With all that a row of the list shows, but for the prices; whether they fit is asked here once more."""
    at = Company.stand_in(company, has_ended)
    some = IsAnyOf("pk", Value(articles, output_field=IDS))
    return _with_all(Article.objects.fitting(at).filter(some).order_by(), at)


def _with_all(rows, at):
    """The same of articles that fit."""
    coming = TrainingDate.objects.coming().with_taken().filter(article=OuterRef("pk"), taken__lt=F("seats"))
    shown = coming.values(json=JSONObject(starts_at="starts_at", place="place", free=F("seats") - F("taken")))[:1]
    # The company's products come along; the database reads them once for all rows.
    rows = rows.with_reason(at).select_related("picture")
    return rows.annotate(products=ArraySubquery(_products(at)), next_date=Subquery(shown))


FURNISHED = Standing(_furnished, company=int, articles=list)


def _chosen(articles, company, shelf, asked):
    """The articles of the chosen category and kind, sorted."""
    if shelf:
        articles = articles.filter(Q(category__path=shelf.path) | Q(category__path__startswith=f"{shelf.path}/"))
    if asked["kind"]:
        articles = articles.filter(kind=asked["kind"])
    if "price" in asked["sort"]:
        articles = with_own_price(articles, company)
    return articles.order_by(*ORDER_BY.get(asked["sort"], ORDER_BY["name"]))


def _is_chosen(hit, shelf, kind):
    return (not shelf or shelf.holds(hit[2])) and (not kind or hit[-1] == kind)


def _products(company):
    running = Product.objects.filter(pk__in=company.licences.running().values("product")).order_by("number")
    return running.values(json=JSONObject(number="number", name="name"))


def _narrowed(articles, company, asked):
    """By product and price: what the counts beside the list take into account."""
    if asked["product"]:
        articles = articles.filter(fit_rows__product__number=asked["product"])
    if asked["price_from"] is not None or asked["price_to"] is not None:
        articles = with_own_price(articles, company)
        low, high = asked["price_from"], asked["price_to"]
        articles = articles.filter(own_price__gte=low) if low is not None else articles
        articles = articles.filter(own_price__lte=high) if high is not None else articles
    return articles


def with_own_price(articles, company):
    """Adds own_price: what a single one costs the company today, as shop.prices has it."""
    rows = Price.objects.for_company(company).filter(article=OuterRef("pk"), from_quantity=1).order_by()
    lowest = Subquery(rows.values("article").annotate(least=Min("net")).values("least"))
    return articles.annotate(own_price=Least("list_price", Coalesce(lowest, "list_price")))


def _search(found, articles, company, asked):
    """Rows (id, name, *FACETS) of the hits in their order. One query, two or three more where a word is mistyped."""
    words = question(asked["q"])
    hits = _hits(articles, words, company, asked["sort"])
    if not hits:
        words = nearby(words)
        hits = _hits(articles, words, company, asked["sort"]) if any(words.others) else []
        if not hits and len(words.words) > 1:
            hits = _hits(articles, words, company, asked["sort"], all_words=False)
        found.only_similar = bool(hits)
        found.meant = meant(words, hits[0][1]) if hits else ""
    found.terms, found.is_more = words.terms, len(hits) == MOST_RANKED
    return hits


def _hits(articles, words, company, sort, *, all_words=True):
    ranked = direct(articles, words, all_words=all_words)
    if sort in ORDER_BY:
        ranked = with_own_price(ranked, company).order_by(*ORDER_BY[sort])
    return list(ranked.values_list("pk", "name", *FACETS))


def suggest(company, typed):
    """(best articles for what has been typed so far, the words to mark). Three queries, five where it is mistyped."""
    words = question(typed)
    articles = Article.objects.fitting(company)
    found = list(direct(articles, words)[:SUGGESTED])
    if not found and any(len(word) > 3 for word in words.words):
        words = nearby(words)
        found = list(direct(articles, words)[:SUGGESTED] or direct(articles, words, all_words=False)[:SUGGESTED])
    return add_prices(found, company), words.terms


# --- counts ---

# Counting tens of thousands costs more than the page; where there is so much, a count may be some minutes old.
MANY = 2000
FRESH_SECONDS = 300
MOST_KEPT = 300
_kept = {}


def _kept_counts(company, articles, asked):
    """[(*FACETS, count)] of the articles, counted now or, where there are many, minutes ago by this process."""
    key = (company.pk, *(asked[name] for name in ("product", "price_from", "price_to")))
    if (counts := _still(key)) is None:
        distinct = Count("pk", distinct=bool(asked["product"]))
        counts = _counted(articles, distinct)
        if sum(row[-1] for row in counts) > MANY:
            _keep(key, counts)
    return counts


def _counted(articles, how):
    """The same, counted now. The shelves are read afterwards: joined to each article they took longer than counting."""
    found = list(articles.order_by().values_list("category", "kind").annotate(count=how))
    shelves = Category.objects.filter(pk__in={pk for pk, _kind, _count in found}).order_by()
    by_id = {pk: facets for pk, *facets in shelves.values_list("pk", *FACETS_OF_SHELF)}
    nowhere = [None] * len(FACETS_OF_SHELF)
    return [(*by_id.get(pk, nowhere), kind, count) for pk, kind, count in found]


def _kept_ids(company, chosen, asked):
    """The ids of all pages that can be turned to; whether each still fits is asked again when it is shown."""
    key = (company.pk, *(asked[name] for name in ("product", "price_from", "price_to", "category", "kind", "sort")))
    if (ids := _still(key)) is None:
        ids = list(chosen.values_list("pk", flat=True)[: MOST_PAGES * PER_PAGE])
        _keep(key, ids)
    return ids


def _still(key):
    until, value = _kept.get(key, (0, None))
    return value if time.monotonic() < until else None


def _keep(key, value):
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    _kept[key] = (time.monotonic() + FRESH_SECONDS, value)


def _count(found, counts, asked):
    """Fill in shelves, kinds and sums. Shelves count the chosen kind, kinds the chosen category."""
    shelves = {}
    for path, own, above, top, kind, count in counts:
        found.total += count
        if asked["kind"] in ("", kind):
            found.in_kind += count
            _on_shelves(shelves, path, [place for place in (top, above, own) if place is not None], count)
    found.shelves = sorted(shelves.values(), key=lambda shelf: shelf.place)
    chosen = shelves.get(asked["category"])
    for path, *_places, kind, count in counts:
        if not chosen or chosen.holds(path):
            found.kinds[kind] = found.kinds.get(kind, 0) + count
            found.shown += count if asked["kind"] in ("", kind) else 0


def _on_shelves(shelves, path, positions, count):
    """Count into the category and all above it."""
    names = path.split("/") if path else []
    positions = [0] * (len(names) - len(positions)) + positions
    place = ()
    for depth, name in enumerate(names, 1):
        place = (*place, (positions[depth - 1], name))
        above = "/".join(names[:depth])
        shelves.setdefault(above, Shelf(above, place)).count += count


# --- one article ---

# Fewer customers than these would tell what one of them has bought, however often.
TOGETHER = 3
# The newest orders with the article that are looked at.
LOOKED_AT = 300


def read_article(company, number, user):
    """An article that fits, with all that its page shows, or None. Three queries at most."""
    found = READ(company.has_ended, company=company.pk, number=number, user=user.pk)
    if not found:
        return None
    (article,) = add_prices(found, company)
    if article.last_order:
        article.last_order["placed_at"] = dt.datetime.fromisoformat(article.last_order["placed_at"])
    return _with_dates(article)


def _with_dates(article):
    is_training = article.kind == Article.Kind.TRAINING
    article.dates_offered = list(article.dates.coming().with_taken()[:20]) if is_training else []
    return article


def shown_article(company, pk):
    """An article as its page shows it to a company, whether it fits or not; without anybody's lists and orders."""
    (article,) = add_prices(list(_with_facts(Article.objects.filter(pk=pk), company)), company)
    return _with_dates(article)


def _with_facts(articles, at):
    all_products = Product.objects.filter(fit_rows__article=OuterRef("pk")).order_by("number")
    articles = articles.with_reason(at).with_seats(at).select_related("category", "picture", "grants")
    return articles.annotate(all_products=ArraySubquery(all_products.values("name")))


def _read(has_ended, company, number, user):
    at = Company.stand_in(company, has_ended)
    last = at.orders.filter(lines__article=OuterRef("pk")).exclude(state="cancelled").order_by("-placed_at")
    facts = last.values(json=JSONObject(pk="pk", number="number", placed_at="placed_at"))[:1]
    lists = at.shopping_lists.filter(owner=user).order_by("name")
    articles = _with_facts(Article.objects.fitting(at), at).annotate(
        my_lists=ArraySubquery(lists.values(json=JSONObject(pk="pk", name="name"))), last_order=Subquery(facts)
    )
    return articles.filter(number=number).order_by()


READ = Standing(_read, company=int, number=str, user=int)


def bought_together(article, company):
    """Fitting articles that at least three customers have ordered with this one, the most frequent first. One query.

    Of the newest orders; cancelled ones do not count.
    """
    return TOGETHER_WITH(company.has_ended, LOOKED_AT, company=company.pk, article=article.pk)


def _together(has_ended, looked_at, company, article):
    at = Company.stand_in(company, has_ended)
    lines = at.orders.model._meta.get_field("lines").related_model.objects
    with_it = lines.filter(article=article).exclude(order__state="cancelled")
    with_it = with_it.order_by("-order__placed_at", "-order").values("order")[:looked_at]
    others = lines.filter(order__in=with_it).exclude(article=article).order_by().values("article")
    counted = others.annotate(times=Count("order__company", distinct=True)).filter(times__gte=TOGETHER)
    times = Subquery(counted.filter(article=OuterRef("pk")).values("times"))
    found = Article.objects.fitting(at).filter(pk__in=counted.values("article")).annotate(times=times)
    return found.order_by("-times", "name")[:4]


TOGETHER_WITH = Standing(_together, company=int, article=int)
