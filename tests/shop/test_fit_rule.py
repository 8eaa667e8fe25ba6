"""The rule of fit: each condition, what it says, and that sets and words agree in any world."""

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.days import today
from shop.fit import explain, successor_of
from shop.models import Article, Fit

from .. import factories as make
from ..days import in_days

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
VERSION_AGE = 100


@pytest.fixture
def company():
    return make.CompanyFactory(number="500")


def judged(company, article):
    """Whether the article fits, said by the set and by the words; they must agree."""
    in_set = Article.objects.fitting(company).filter(pk=article.pk).exists()
    answer = explain(company, Article.objects.get(pk=article.pk))
    assert answer.fits == in_set
    return answer


@pytest.mark.parametrize(
    "condition, licence, care, fits, said",
    [
        ({"min_seats": 5}, {"seats": 5}, None, True, "5 Arbeitsplätze"),
        ({"min_seats": 6}, {"seats": 5}, None, False, "5 von 6 Arbeitsplätzen"),
        ({"needs_care": "any"}, {}, {"kind": "UPV"}, True, "ist gültig"),
        ({"needs_care": "any"}, {}, {"kind": "UPV", "ends_on": in_days(-1)}, False, "Pflege"),
        ({"needs_care": "any"}, {}, {"kind": "UPV", "ends_on": in_days(0)}, True, "ist gültig"),
        ({"needs_care": "any"}, {}, None, False, "Pflege"),
        ({"needs_care": "SPV"}, {}, {"kind": "UPV"}, False, "SPV"),
        ({"needs_care": "SPV"}, {}, {"kind": "SPV"}, True, "ist gültig"),
        ({"needs_care": "SPV"}, {"kind": "M", "ends_on": in_days(0)}, None, True, "ist gültig"),
        ({"from_version": "24.1"}, {"starts_on": in_days(-VERSION_AGE)}, None, True, "ist gültig"),
        ({"from_version": "24.1"}, {"starts_on": in_days(-VERSION_AGE - 1)}, None, False, "24.1"),
        ({"from_version": "24.1"}, {}, {"ends_on": in_days(-VERSION_AGE)}, True, "ist gültig"),
        ({"from_version": "24.1"}, {}, {"ends_on": in_days(-VERSION_AGE - 1)}, False, "24.1"),
        ({"from_version": "24.1"}, {}, {"ends_on": None}, True, "ist gültig"),
        ({"from_version": "24.1"}, {"kind": "M"}, None, True, "ist gültig"),
    ],
)
def test_conditions_of_a_licence(company, condition, licence, care, fits, said):
    """Edge 63: fit by version, seats and maintenance, not by the product's name alone."""
    held = make.LicenceFactory(company=company, **licence)
    if care:
        make.MaintenanceFactory(licence=held, **care)
    article = make.ArticleFactory()
    day = {"from_day": today() - VERSION_AGE * DAY} if "from_version" in condition else {}
    Fit.objects.create(article=article, product=held.product, **condition, **day)
    answer = judged(company, article)
    assert answer.fits is fits
    assert any(said in reason.text for reason in answer.reasons)


def test_conditions_must_hold_for_one_and_the_same_licence(company):
    """Ten seats of an old licence and the maintenance of a small one do not add up."""
    big = make.LicenceFactory(company=company, seats=10)
    make.MaintenanceFactory(licence=make.LicenceFactory(company=company, seats=1))
    article = make.ArticleFactory()
    Fit.objects.create(article=article, product=big.product, min_seats=10, needs_care="SPV")
    assert not judged(company, article).fits
    make.MaintenanceFactory(licence=big)
    assert judged(company, article).fits


@pytest.fixture
def base(company):
    """(module, article that requires it): the module grants the licence of product 1100."""
    product = make.LicenceFactory(company=company).product
    module = make.ArticleFactory(name="Heizkosten", fits=[product])
    module.grants = make.ProductFactory(number="1100", name="Modul Heizkosten")
    module.save()
    article = make.ArticleFactory(name="Heizkosten Plus", fits=[product])
    article.requires.add(module)
    return module, article


def test_what_is_required_must_be_held(company, base):
    """Edge 63: fits A but requires B."""
    module, article = base
    assert not judged(company, article).fits
    licence = make.LicenceFactory(company=company, product=module.grants, kind="M")
    assert judged(company, article).fits
    licence.ends_on = today() - DAY
    licence.save()
    assert not judged(company, article).fits


@pytest.mark.parametrize(
    "state, fits", [("accepted", True), ("fulfilled", True), ("received", False), ("cancelled", False)]
)
def test_what_was_ordered_and_confirmed_counts_as_held(company, base, state, fits):
    module, article = base
    order = make.OrderFactory(company=company, state=state)
    make.OrderLineFactory(order=order, article=module)
    assert judged(company, article).fits is fits


def test_two_that_exclude_each_other(company, base):
    module, _article = base
    rent = make.ArticleFactory(name="Heizkosten zur Miete", fits=[make.ProductFactory()])
    rent.excludes.add(module)
    assert judged(company, rent).fits
    make.LicenceFactory(company=company, product=module.grants)
    assert not judged(company, rent).fits
    assert judged(company, module).fits, "more seats of what one has can be bought"


def test_the_line_of_successors_leads_to_the_first_that_fits(company):
    product = make.LicenceFactory(company=company).product
    new = make.ArticleFactory(fits=[product])
    middle = make.ArticleFactory(fits=[product], is_active=False, successor=new)
    old = make.ArticleFactory(fits=[product], is_active=False, successor=middle)
    assert successor_of(old, company) == new
    new.successor, new.is_active = old, False
    new.save()
    assert successor_of(Article.objects.get(pk=old.pk), company) is None, "a ring ends"


def test_articles_that_nobody_sees(company):
    held = make.LicenceFactory(company=company, seats=5)
    seen = make.ArticleFactory(fits=[held.product])
    off = make.ArticleFactory(fits=[held.product], is_active=False)
    for_nothing = make.ArticleFactory()
    too_big = make.ArticleFactory()
    Fit.objects.create(article=too_big, product=held.product, min_seats=99)
    dependent = make.ArticleFactory(fits=[held.product])
    dependent.requires.add(for_nothing)
    assert set(Article.objects.seen_by_nobody()) == {for_nothing, too_big, dependent}
    assert seen not in Article.objects.seen_by_nobody() and off not in Article.objects.seen_by_nobody()
    company.ended_on = today() - DAY
    company.save()
    assert seen in Article.objects.seen_by_nobody()


def test_a_licence_added_this_minute_opens_the_shop_at_the_next_click(acme, olga, as_):
    """Edge 63."""
    other = make.ProductFactory(number="5000", name="DOMUS ERP")
    article = make.ArticleFactory(name="Konzernabschluss", fits=[other])
    client, url = as_(olga), reverse("article_detail", args=[acme.number, article.number])
    assert client.get(url).status_code == 404
    make.LicenceFactory(company=acme, product=other)
    assert client.get(url).status_code == 200


LICENCES = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.integers(0, 1),
            "kind": st.sampled_from("KM"),
            "seats": st.sampled_from([1, 5]),
            "starts": st.sampled_from([-400, -100, -99, 0, 1]),
            "ends": st.sampled_from([None, -1, 0, 5]),
            "care": st.sampled_from([None, ("SPV", None), ("UPV", -100), ("SPV", -101), ("UPV", 0)]),
        }
    ),
    max_size=3,
)
FITS = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.integers(0, 1),
            "min_seats": st.sampled_from([1, 5, 6]),
            "needs_care": st.sampled_from(["", "any", "SPV"]),
            "version": st.booleans(),
        }
    ),
    max_size=2,
    unique_by=lambda fit: fit["product"],
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(licences=LICENCES, fits=FITS, is_active=st.booleans(), requires=st.booleans(), excludes=st.booleans())
def test_sets_and_words_agree(company, licences, fits, is_active, requires, excludes):
    products = [make.ProductFactory(number=f"P{n}", name=f"P{n}") for n in range(2)]
    company.licences.all().delete()
    for row in licences:
        ends = None if row["ends"] is None or row["kind"] == "K" else today() + row["ends"] * DAY
        licence = make.LicenceFactory(
            company=company, product=products[row["product"]], kind=row["kind"], seats=row["seats"], ends_on=ends,
            starts_on=today() + row["starts"] * DAY,
        )  # fmt: skip
        if row["care"]:
            kind, until = row["care"]
            make.MaintenanceFactory(
                licence=licence, kind=kind, ends_on=until if until is None else today() + until * DAY
            )
    article, other = make.ArticleFactory(is_active=is_active), make.ArticleFactory(grants=products[1])
    for row in fits:
        version = {"from_version": "24.1", "from_day": today() - VERSION_AGE * DAY} if row["version"] else {}
        chosen = {name: row[name] for name in ("min_seats", "needs_care")}
        Fit.objects.create(article=article, product=products[row["product"]], **chosen, **version)
    if requires:
        article.requires.add(other)
    if excludes:
        article.excludes.add(make.ArticleFactory(grants=products[0]))
    answer = judged(company, article)
    nobody = Article.objects.seen_by_nobody().filter(pk=article.pk).exists()
    assert nobody == (is_active and not answer.fits), "one company in the world: seen by it or by nobody"
