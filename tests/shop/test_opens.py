"""What opens an article is kept by the database: it says what the rows say, whatever is written in whatever order."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shop.models import Article, Fit, FitKey
from shop.models.fit import opening, unmet

from .. import factories as make

pytestmark = pytest.mark.django_db

DAYS = [None, dt.date(2024, 1, 1), dt.date(2025, 1, 1)]
CONDITION = st.fixed_dictionaries(
    {
        "min_seats": st.integers(1, 3),
        "needs_care": st.sampled_from(["", "any", "SPV"]),
        "from_day": st.sampled_from(DAYS),
    }
)
# (what happens, which article, which product or other article, condition)
STEP = st.tuples(
    st.sampled_from(
        [
            "fit",
            "fit",
            "fit",
            "change",
            "move",
            "unfit",
            "unfit all",
            "require",
            "free",
            "exclude",
            "save",
            "sql",
            "gone",
        ]
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    CONDITION,
)


def what_rows_say(article):
    rows = article.fit_rows.values_list("product", "min_seats", "needs_care", "from_day")
    bound = article.requires.exists() or article.excludes.exists()
    return sorted(rows, key=str), bound


def what_is_kept(article):
    keys = FitKey.objects.filter(pk__in=article.opens)
    rows = keys.values_list("product", "min_seats", "needs_care", "from_day")
    assert len(keys) == len(article.opens) == len(set(article.opens))
    return sorted(rows, key=str), article.is_bound


def do(what, article, other, product, condition):
    rows = Fit.objects.filter(article=article)
    if what == "fit":
        Fit.objects.update_or_create(article=article, product=product, defaults=condition)
    elif what == "change":
        rows.update(**condition)
    elif what == "move" and not Fit.objects.filter(article=other).exists():
        rows.update(article=other)
    elif what == "unfit":
        rows.filter(product=product).delete()
    elif what == "unfit all":
        article.fits.clear()
    elif what == "require" and article != other:
        article.requires.add(other)
    elif what == "free":
        article.requires.clear()
        article.excludes.clear()
    elif what == "exclude" and article != other:
        article.excludes.add(other)
    elif what == "save":
        # Read before its fits changed, as a form would hold it.
        article.name += "!"
        article.save()
    elif what == "sql":
        Article.objects.filter(pk=article.pk).update(opens=[1, 2, 3], is_bound=True, name="Neu")
    elif what == "gone":
        product.fit_rows.all().delete()


@given(steps=st.lists(STEP, max_size=14))
@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_kept_is_what_the_rows_say(steps, db):
    articles, products = [make.ArticleFactory() for _n in range(3)], [make.ProductFactory() for _n in range(3)]
    for what, at, of, condition in steps:
        do(what, articles[at], articles[of], products[of], condition)
    for article in Article.objects.filter(pk__in=[one.pk for one in articles]):
        assert what_is_kept(article) == what_rows_say(article)


@given(conditions=st.lists(CONDITION, min_size=1, max_size=4), data=st.data())
@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_kept_rule_is_the_slow_rule(conditions, data, db):
    """The set of keys finds what the joined rows of Fit and licences find."""
    company, product = make.CompanyFactory(), make.ProductFactory()
    articles = [make.ArticleFactory() for _condition in conditions]
    for article, condition in zip(articles, conditions, strict=True):
        Fit.objects.create(
            article=article, product=product, from_version="1" if condition["from_day"] else "", **condition
        )
    articles[-1].requires.set(articles[:1] if data.draw(st.booleans()) and len(articles) > 1 else [])
    for _n in range(data.draw(st.integers(0, 2))):
        kind = data.draw(st.sampled_from("KM"))
        licence = make.LicenceFactory(
            company=company, product=product, kind=kind, seats=data.draw(st.integers(1, 3)),
            starts_on=data.draw(st.sampled_from([dt.date(2023, 6, 1), dt.date(2024, 6, 1)])),
        )  # fmt: skip
        if data.draw(st.booleans()):
            make.MaintenanceFactory(licence=licence, kind=data.draw(st.sampled_from(["SPV", "UPV"])))
    opened = opening(company.licences.running()).values("product__fit_rows__article")
    missing = unmet(company.pk).values("from_article")
    slow = Article.objects.filter(is_active=True, pk__in=opened).exclude(pk__in=missing)
    # What other examples have left behind is not looked at.
    mine = Article.objects.filter(pk__in=[article.pk for article in articles])
    assert set(mine.fitting(company)) == set(mine.filter(pk__in=slow.values("pk")))


def test_rows_that_stood_before_are_filled_in(db):
    article = make.ArticleFactory(fits=[make.ProductFactory()])
    article.requires.add(make.ArticleFactory())
    with connection.cursor() as cursor:
        cursor.execute("select set_config('shop.keeping', 'on', true)")
        cursor.execute("update shop_article set opens = '{}', is_bound = false")
        cursor.execute("select set_config('shop.keeping', '', true)")
        cursor.execute("select shop_keep_opens(%s)", [[article.pk]])
    article.refresh_from_db()
    assert what_is_kept(article) == what_rows_say(article) and article.opens and article.is_bound


def test_the_joined_words_follow_the_name(db):
    article = make.ArticleFactory(name="Online-Banking Plus")
    Article.objects.filter(pk=article.pk).update(joined="nonsense")
    article.refresh_from_db()
    assert article.joined.startswith(" onlinebankingplus") and " bankingplus" in article.joined
    Article.objects.filter(pk=article.pk).update(name="Mahn Wesen")
    article.refresh_from_db()
    assert article.joined == " mahnwesen wesen"
