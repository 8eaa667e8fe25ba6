from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from portal.lib.tags import ago, filesize, money, percent


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (Decimal("1299"), "1.299,00\N{NO-BREAK SPACE}€", "€1,299.00"),
        (Decimal("0.005"), "0,01\N{NO-BREAK SPACE}€", "€0.01"),
        (Decimal("-3.5"), "−3,50\N{NO-BREAK SPACE}€", "−€3.50"),
        (Decimal("1234567.894"), "1.234.567,89\N{NO-BREAK SPACE}€", "€1,234,567.89"),
        (Decimal("0"), "0,00\N{NO-BREAK SPACE}€", "€0.00"),
        (None, "", ""),
    ],
)
def test_money(value, german, english):
    with translation.override("de"):
        assert money(value) == german
    with translation.override("en"):
        assert money(value) == english


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 Byte"),
        (999, "999 Byte"),
        (1000, "1 KB"),
        (4_200_000, "4,2 MB"),
        (2_147_483_648, "2,1 GB"),
        (None, "0 Byte"),
    ],
)
def test_filesize_in_steps_of_a_thousand(size, words):
    with translation.override("de"):
        assert filesize(size).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(("rate", "words"), [("19.00", "19 %"), ("7.50", "7,5 %"), ("0", "0 %"), ("100", "100 %")])
def test_percent(rate, words):
    with translation.override("de"):
        assert percent(Decimal(rate)).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.fixture
def monday(monkeypatch):
    """It is 23.11.2026 in Berlin."""
    monkeypatch.setattr("portal.lib.tags.today", lambda: date(2026, 11, 23))


@pytest.mark.parametrize(
    ("utc", "german", "english"),
    [
        ("2026-11-23T09:00", "heute", "today"),
        ("2026-11-22T23:30", "heute", "today"),
        ("2026-11-22T22:30", "gestern", "yesterday"),
        ("2026-11-21T12:00", "vor 2 Tagen", "2 days ago"),
        ("2026-11-11T12:00", "vor 12 Tagen", "12 days ago"),
        ("2019-03-04T12:00", "04.03.2019", "04.03.2019"),
        ("2026-11-24T12:00", "24.11.2026", "24.11.2026"),
    ],
)
def test_ago_counts_the_days_of_berlin(monday, utc, german, english):
    """edge 78: half past eleven at night in UTC is the next day in Berlin."""
    moment = datetime.fromisoformat(f"{utc}+00:00")
    with translation.override("de"):
        assert f">{german}<" in ago(moment)
    with translation.override("en"):
        assert f">{english}<" in ago(moment)


def test_ago_tells_everybody_the_exact_moment(monday):
    said = ago(datetime.fromisoformat("2026-11-11T08:30+00:00"))
    assert '<time datetime="2026-11-11T09:30+01:00" title="11.11.2026 09:30">' in said
    assert '<span class="visually-hidden"> (11.11.2026 09:30)</span></time>' in said


def test_ago_of_nothing_is_nothing():
    assert ago(None) == ""
